#include <gtest/gtest.h>

#include <vector>

#include "kernels/weight_gradient.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "support/on_device.hpp"
#include "support/weight_gradient_case.hpp"

namespace m2m::kernels {
namespace {

using testing::OnDevice;

/// A layer on the device, and the gradient of its weights by the definition.
template <typename Shape>
class LayerOnDevice {
 public:
  LayerOnDevice(int n, int in_channels, bool is_channels_last)
      : values_(n, in_channels),
        x_({values_.x.begin(), values_.x.end()}),
        dy_({values_.dy.begin(), values_.dy.end()}),
        gradient_(std::vector<float>(weights(), 1.0F)),
        row_{reinterpret_cast<const Words4*>(x_.get()),
             reinterpret_cast<const Words4*>(dy_.get()),
             nullptr,
             gradient_.get(),
             in_channels,
             Shape::out_channels,
             Shape::stride,
             is_channels_last},
        partial_(std::vector<float>(static_cast<std::size_t>(weight_partials(row_, n)), 1e9F)) {
    row_.partial = partial_.get();
  }

  WeightGradientLayer row() const { return row_; }

  /// They agree in every bit: no sum is rounded.
  void expect_the_gradient() const {
    const std::vector<double> expected = values_.gradient();
    const std::vector<float> got = gradient_.back();
    for (std::size_t i = 0; i < got.size(); ++i) {
      const std::size_t in_filter = i % (9 * static_cast<std::size_t>(values_.in_channels)), filter = i - in_filter;
      const std::size_t at = in_filter % 9 * static_cast<std::size_t>(values_.in_channels) + in_filter / 9;
      ASSERT_EQ(got[row_.is_channels_last ? filter + at : i], static_cast<float>(expected[i] + 1))
          << "weight " << i << " of " << values_.n << " images";
    }
  }

 private:
  std::size_t weights() const {
    return std::size_t{9} * static_cast<std::size_t>(values_.in_channels) * Shape::out_channels;
  }

  testing::WeightGradientCase<Shape> values_;
  OnDevice<Bf16> x_, dy_;
  OnDevice<float> gradient_;
  WeightGradientLayer row_;
  OnDevice<float> partial_;
};

/// The layers of a stage in one launch: one with its stride, and one without.
template <typename First, typename Second>
void expect_gradients(int n, int in_channels) {
  const LayerOnDevice<First> first(n, in_channels, false);
  const LayerOnDevice<Second> second(n, Second::in_channels, true);
  const OnDevice<WeightGradientLayer> table({first.row(), second.row()});
  testing::run_recorded([&](void* stream) { weight_gradients_cuda(table.get(), 2, n, stream); });
  first.expect_the_gradient();
  second.expect_the_gradient();
}

TEST(WeightGradientOnTheDevice, IsThatOfTheDefinitionForEveryConvolutionOfAResNet) {
  if (!testing::has_device()) GTEST_SKIP() << "skipped: no device";
  for (const int n : {1, 3, 35}) {
    expect_gradients<WeightGradientShape<16, 16, 32, 1>, WeightGradientShape<16, 16, 32, 1>>(n, 3);
    expect_gradients<WeightGradientShape<16, 32, 16, 2>, WeightGradientShape<32, 32, 16, 1>>(n, 16);
    expect_gradients<WeightGradientShape<32, 64, 8, 2>, WeightGradientShape<64, 64, 8, 1>>(n, 32);
  }
}

}  // namespace
}  // namespace m2m::kernels
