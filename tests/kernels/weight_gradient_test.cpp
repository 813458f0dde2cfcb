#include "kernels/weight_gradient.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/weight_gradient_table.hpp"
#include "support/emulated_block.hpp"
#include "support/weight_gradient_case.hpp"

namespace m2m::kernels {
namespace {

using testing::SharedMemory;
template <typename Shape>
using Case = testing::WeightGradientCase<Shape>;

/// Bank conflicts of clearing the border of the inputs, which a block does once.
template <typename Shape>
std::int64_t border_conflicts() {
  testing::EmulatedBlock<Shape::warps> block(Shape::shared_bytes);
  clear_border<typename Shape::In>(block, SharedMemory::base);
  return block.counts.conflicts;
}

/// The gradient on tiles in emulated blocks, added to zeros as `layer` says.
template <typename Shape>
std::vector<float> on_tiles(const Case<Shape>& values, bool is_channels_last, bool last_first = false) {
  using Block = testing::EmulatedBlock<Shape::warps>;
  std::vector<float> gradient(static_cast<std::size_t>(Shape::out_channels * values.in_channels * 9));
  WeightGradientLayer layer{reinterpret_cast<const Words4*>(values.x.data()),
                            reinterpret_cast<const Words4*>(values.dy.data()),
                            nullptr,
                            gradient.data(),
                            values.in_channels,
                            Shape::out_channels,
                            Shape::stride,
                            is_channels_last};
  std::vector<float> partial(static_cast<std::size_t>(weight_partials(layer, values.n)), 1e9F);
  layer.partial = partial.data();
  const WeightGradientMemory<Block> memory{SharedMemory::base,
                                           {layer.x, values.x.size() / 8},
                                           {layer.dy, values.dy.size() / 8},
                                           {partial.data(), partial.size()}};
  const int splits = weight_splits(layer, values.n);
  std::int64_t products = 0;
  for (int index = 0; index < splits * Shape::shares; ++index) {
    Block block(Shape::shared_bytes, last_first);
    compute_weight_gradient<Shape>(block, memory, values.n, index / Shape::shares, splits, index % Shape::shares);
    EXPECT_TRUE(Shape::stride == 2 || block.counts.conflicts == border_conflicts<Shape>());
    products += block.counts.products;
  }
  EXPECT_EQ(products, values.n * Shape::out_side * Shape::out_side / 16 * Shape::layer_pairs * 9 * 2);
  add_weight_gradients(&layer, 1, values.n);
  return gradient;
}

template <typename Shape>
void expect_gradient(int n, int in_channels = Shape::in_channels) {
  const Case<Shape> values(n, in_channels);
  const std::vector<double> expected = values.gradient();
  for (const bool last_first : {false, true}) {
    const std::vector<float> got = on_tiles<Shape>(values, false, last_first);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      ASSERT_EQ(static_cast<double>(got[i]), expected[i]) << "weight " << i << " of " << n << " images";
  }
}

using First = WeightGradientShape<16, 16, 32, 1>;
using Halve1 = WeightGradientShape<16, 32, 16, 2>;
using Second = WeightGradientShape<32, 32, 16, 1>;
using Halve2 = WeightGradientShape<32, 64, 8, 2>;
using Third = WeightGradientShape<64, 64, 8, 1>;

TEST(WeightGradient, IsThatOfTheDefinitionForEveryConvolutionOfAResNet) {
  for (const int n : {1, 3, 5}) {
    expect_gradient<First>(n);
    expect_gradient<Halve1>(n);
    expect_gradient<Second>(n);
    expect_gradient<Halve2>(n);
    expect_gradient<Third>(n);
  }
}

TEST(WeightGradient, LeavesOutTheChannelsThatPadTheFirstConvolution) { expect_gradient<First>(3, 3); }

TEST(WeightGradient, SumsOverTheImagesOfABlockIfThereAreMoreImagesThanBlocks) {
  expect_gradient<Third>(35);  // 16 parts, 2 or 3 images each
}

TEST(WeightGradient, IsWrittenInTheOrderOfTheParameter) {
  const Case<Halve1> values(1, 16);
  const std::vector<float> rows = on_tiles<Halve1>(values, false), last = on_tiles<Halve1>(values, true);
  for (int out = 0; out < 32; ++out) {
    for (int in = 0; in < 16; ++in) {
      for (int tap = 0; tap < 9; ++tap) ASSERT_EQ(last[(out * 9 + tap) * 16 + in], rows[(out * 16 + in) * 9 + tap]);
    }
  }
}

TEST(WeightGradient, IsAddedToWhatTheGradientHolds) {
  std::vector<float> partial(2 * 2304, 0.5F), gradient(16 * 16 * 9, 2.0F);
  const WeightGradientLayer layer{nullptr, nullptr, partial.data(), gradient.data(), 16, 16, 1, false};
  add_weight_gradients(&layer, 1, 2);
  EXPECT_EQ(gradient, std::vector<float>(gradient.size(), 3.0F));
}

TEST(WeightGradient, IsSplitIntoAtMostSoManyPartsAsThereAreImagesAndBlocks) {
  const auto splits = [](int in, int out, int stride, int n) {
    return weight_splits({nullptr, nullptr, nullptr, nullptr, in, out, stride, false}, n);
  };
  EXPECT_EQ(splits(3, 16, 1, 128), 32);
  EXPECT_EQ(splits(32, 64, 2, 128), 32);
  EXPECT_EQ(splits(64, 64, 1, 128), 16);
  EXPECT_EQ(splits(64, 64, 1, 3), 3);
}

}  // namespace
}  // namespace m2m::kernels
