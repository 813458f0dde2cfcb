// For any processor; what the other variants are checked against.
#include "kernels/lanes_plain.hpp"
// First the lanes.
#include "kernels/conv3x3_float32.hpp"
#include "kernels/conv3x3_variants.hpp"

namespace m2m::kernels {

void conv3x3_plain(const Convolution& conv, const ConvBuffers<float>& memory) {
  convolve<Float32Products<1, 1>>(conv, memory);
}
void conv3x3_plain(const Convolution& conv, const ConvBuffers<Bf16>& memory) {
  convolve<WidenedProducts<1, 1>>(conv, memory);
}

}  // namespace m2m::kernels
