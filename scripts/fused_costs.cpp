// Prints, as JSON, the shared memory of the fused kernels and their predicted times on an H200, for
// kernel_resources.py: ResNet-32, 76 images, T = 10.
#include <cstdio>

#include "kernels/fused_cost.hpp"

using namespace m2m::kernels;

int main() {
  constexpr int images = 76, steps = 10, blocks_of_a_stage = 5;
  const auto translation = [](int warps, bool is_pair) {
    return 1e3 * translation_seconds(h200, {warps, is_pair}, images, steps, true, blocks_of_a_stage);
  };
  std::printf(
      "{\"shared\": {\"4\": %d, \"8\": %d},\n"
      " \"milliseconds\": {\"translate<4>\": %.2f, \"translate<8>\": %.2f, \"translate_pair<4>\": %.2f, "
      "\"translate_pair<8>\": %.2f, \"features<4>\": %.2f, \"pixel_gradient<4>\": %.2f}}\n",
      ResNetShapes<4>::shared_bytes, ResNetShapes<8>::shared_bytes, translation(4, false), translation(8, false),
      translation(4, true), translation(8, true), 1e3 * features_seconds(h200, images, blocks_of_a_stage),
      1e3 * features_seconds(h200, images, blocks_of_a_stage));  // a way back has as many products
  return 0;
}
