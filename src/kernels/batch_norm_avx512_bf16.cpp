#include "kernels/lanes_avx512_bf16.hpp"
// First the lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/batch_norm_variants.hpp"

namespace m2m::kernels {

const BatchNormKernels<Bf16> batch_norm_avx512_bf16 = compiled<Bf16>;

}  // namespace m2m::kernels
