#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "kernels/weight_gradient.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "support/on_device.hpp"
#include "support/weight_gradient_case.hpp"

namespace m2m::kernels {
namespace {

using testing::OnDevice;

/// The gradient of one layer by the kernels and by the definition, which agree in every bit.
template <typename Shape>
void expect_gradient(int n, int in_channels) {
  const testing::WeightGradientCase<Shape> values(n, in_channels);
  const std::vector<double> expected = values.gradient();
  const OnDevice<Bf16> x({values.x.begin(), values.x.end()}), dy({values.dy.begin(), values.dy.end()});
  const OnDevice<float> gradient(std::vector<float>(expected.size(), 1.0F));
  WeightGradientLayer layer{reinterpret_cast<const Words4*>(x.get()),
                            reinterpret_cast<const Words4*>(dy.get()),
                            nullptr,
                            gradient.get(),
                            in_channels,
                            Shape::out_channels,
                            Shape::stride,
                            false};
  const OnDevice<float> partial(std::vector<float>(static_cast<std::size_t>(weight_partials(layer, n)), 1e9F));
  layer.partial = partial.get();
  const OnDevice<WeightGradientLayer> table({layer});
  weight_gradients_cuda(table.get(), 1, n, nullptr);
  const std::vector<float> got = gradient.back();
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(got[i], static_cast<float>(expected[i] + 1)) << "weight " << i << " of " << n << " images";
}

TEST(WeightGradientOnTheDevice, IsThatOfTheDefinitionForEveryConvolutionOfAResNet) {
  if (!testing::has_device()) GTEST_SKIP() << "skipped: no device";
  for (const int n : {1, 3, 35}) {
    expect_gradient<WeightGradientShape<16, 16, 32, 1>>(n, 3);
    expect_gradient<WeightGradientShape<16, 16, 32, 1>>(n, 16);
    expect_gradient<WeightGradientShape<16, 32, 16, 2>>(n, 16);
    expect_gradient<WeightGradientShape<32, 32, 16, 1>>(n, 32);
    expect_gradient<WeightGradientShape<32, 64, 8, 2>>(n, 32);
    expect_gradient<WeightGradientShape<64, 64, 8, 1>>(n, 64);
  }
}

}  // namespace
}  // namespace m2m::kernels
