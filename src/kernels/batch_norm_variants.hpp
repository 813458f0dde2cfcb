#pragma once
// The compiled variants, one source each; batch_norm_kernels() picks among them.
#include "kernels/batch_norm.hpp"

namespace m2m::kernels {

extern const BatchNormKernels<float> batch_norm_plain_float, batch_norm_avx2_float, batch_norm_avx512_float;
extern const BatchNormKernels<Bf16> batch_norm_plain_bf16, batch_norm_avx2_bf16, batch_norm_avx512_bf16;

}  // namespace m2m::kernels
