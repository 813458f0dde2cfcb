#pragma once
// The gradient of a convolution's weights by its definition.
#include <vector>

#include "kernels/storage.hpp"
#include "support/conv_cases.hpp"

namespace m2m::testing {

/// A batch of inputs and gradients of outputs, channels last, with values for which no sum is rounded.
template <typename Shape>
struct WeightGradientCase {
  static constexpr int in_side = Shape::out_side * Shape::stride, out_side = Shape::out_side;

  WeightGradientCase(int images, int channels) : n(images), in_channels(channels) {
    const std::vector<float> inputs =
        drawn(static_cast<std::size_t>(n) * in_side * in_side * Shape::in_channels, 1);
    const std::vector<float> gradients =
        drawn(static_cast<std::size_t>(n) * out_side * out_side * Shape::out_channels, 2);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      x.push_back(kernels::to_bf16(static_cast<int>(i) % Shape::in_channels < in_channels ? inputs[i] : 0.0F));
    for (const float value : gradients) dy.push_back(kernels::to_bf16(value));
  }

  double x_at(int image, int line, int column, int channel) const {
    if (line < 0 || line >= in_side || column < 0 || column >= in_side) return 0;
    return kernels::to_float(x[((image * in_side + line) * in_side + column) * Shape::in_channels + channel]);
  }
  double dy_at(int image, int line, int column, int channel) const {
    return kernels::to_float(dy[((image * out_side + line) * out_side + column) * Shape::out_channels + channel]);
  }

  /// By the definition: [out][in][3][3].
  std::vector<double> gradient() const {
    std::vector<double> sums(static_cast<std::size_t>(Shape::out_channels * in_channels * 9));
    for (int pixel = 0; pixel < n * out_side * out_side; ++pixel) {
      const int image = pixel / out_side / out_side, line = pixel / out_side % out_side, column = pixel % out_side;
      for (int out = 0; out < Shape::out_channels; ++out) {
        const double factor = dy_at(image, line, column, out);
        for (int in = 0; in < in_channels; ++in) {
          for (int tap = 0; tap < 9; ++tap)
            sums[(out * in_channels + in) * 9 + tap] +=
                factor * x_at(image, line * Shape::stride + tap / 3 - 1, column * Shape::stride + tap % 3 - 1, in);
        }
      }
    }
    return sums;
  }

  int n, in_channels;
  kernels::Aligned<kernels::Bf16> x, dy;
};

}  // namespace m2m::testing
