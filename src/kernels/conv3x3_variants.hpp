#pragma once
// The compiled variants, one source each; conv3x3() picks among them.
#include "kernels/conv3x3.hpp"

namespace m2m::kernels {

void conv3x3_plain(const Convolution&, const ConvBuffers<float>&);
void conv3x3_plain(const Convolution&, const ConvBuffers<Bf16>&);
void conv3x3_avx2(const Convolution&, const ConvBuffers<float>&);
void conv3x3_avx2(const Convolution&, const ConvBuffers<Bf16>&);
void conv3x3_avx512(const Convolution&, const ConvBuffers<float>&);
void conv3x3_avx512_bf16(const Convolution&, const ConvBuffers<Bf16>&);

}  // namespace m2m::kernels
