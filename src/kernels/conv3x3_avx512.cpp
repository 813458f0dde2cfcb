#include "kernels/lanes_avx512.hpp"
// First the lanes.
#include "kernels/conv3x3_float32.hpp"
#include "kernels/conv3x3_variants.hpp"

namespace m2m::kernels {

// Eight pixels keep the FMAs in flight busy; two blocks share each input that is broadcast.
void conv3x3_avx512(const Convolution& conv, const ConvBuffers<float>& memory) {
  convolve<Float32Products<8, 2>>(conv, memory);
}

}  // namespace m2m::kernels
