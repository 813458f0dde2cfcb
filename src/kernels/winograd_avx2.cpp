#include "kernels/lanes_avx2.hpp"
// First the lanes.
#include "kernels/winograd_loops.hpp"
#include "kernels/winograd_variants.hpp"

namespace m2m::kernels {

void winograd_avx2(const Winograd& conv, const ConvBuffers<float>& memory, float* scratch) {
  convolve_winograd<4, 1>(conv, memory, scratch);
}

}  // namespace m2m::kernels
