#include "kernels/lanes_avx512.hpp"
// First the lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/batch_norm_variants.hpp"

namespace m2m::kernels {

const BatchNormKernels<float> batch_norm_avx512_float = compiled<float>;

}  // namespace m2m::kernels
