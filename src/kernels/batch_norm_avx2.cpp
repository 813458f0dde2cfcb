#include "kernels/lanes_avx2.hpp"
// First the lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/batch_norm_variants.hpp"

namespace m2m::kernels {

const BatchNormKernels<float> batch_norm_avx2_float = compiled<float>;
const BatchNormKernels<Bf16> batch_norm_avx2_bf16 = compiled<Bf16>;

}  // namespace m2m::kernels
