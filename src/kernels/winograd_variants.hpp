#pragma once
// The compiled variants, one source each; winograd() picks among them.
#include "kernels/winograd.hpp"

namespace m2m::kernels {

void winograd_plain(const Winograd&, const ConvBuffers<float>&, float* scratch);
void winograd_avx2(const Winograd&, const ConvBuffers<float>&, float* scratch);
void winograd_avx512(const Winograd&, const ConvBuffers<float>&, float* scratch);

}  // namespace m2m::kernels
