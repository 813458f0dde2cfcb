#include "kernels/training_cost.hpp"

#include <gtest/gtest.h>

namespace m2m::kernels {
namespace {

using Shapes = ResNetShapes<training_warps>;

TEST(TrainingCost, CountsWhatALayerLoadsAndStores) {
  constexpr double image = 2 * 16 * 32 * 32, half = image / 2, sums = 4 * 2 * 16 * 128.0;
  EXPECT_EQ(forward_work<Shapes::First>(128, true).bytes, 4 * image + sums);  // y, shortcut, x; y
  EXPECT_EQ(forward_work<Shapes::Halve1>(128, false).bytes, 2 * image + half + sums);
  EXPECT_EQ(backward_work<Shapes::First>(128, true).bytes, 7 * image + sums);  // g, y, dy; x, y, g; shortcut
  EXPECT_EQ(backward_work<Shapes::Double1>(128, true).bytes, 3 * half + 3 * image + image / 4 + 2 * sums);
}

TEST(TrainingCost, HasTheProductsOfTheFrozenNetworkInBothDirections) {
  constexpr int blocks = 5;
  double forward = 0, backward = 0;
  for (int layer = 0; layer < training_layers(blocks); ++layer) {
    with_shapes(layer_kind(blocks, layer), [&](auto shape, auto transposed) {
      forward += forward_work<decltype(shape)>(128, true).products;
      backward += backward_work<decltype(transposed)>(128, true).products;
    });
  }
  EXPECT_EQ(forward, forward_products(blocks));
  EXPECT_EQ(backward, forward_products(blocks));
}

TEST(TrainingCost, IsTheLatencyOfEveryLaunchAndWholeWavesOfBlocks) {
  const double launches = 2 + 2 * 31;
  const auto total = [](int images) {
    const TrainingSeconds seconds = training_seconds(h200, images, 5);
    return seconds.forward + seconds.backward;
  };
  const double one_image = total(1) - launches * launch_seconds;
  EXPECT_GT(one_image, 0);
  EXPECT_GT(total(132), total(1));  // the sums of more images
  EXPECT_GT(total(133) - launches * launch_seconds, 2 * one_image);
  EXPECT_LT(total(133) - launches * launch_seconds, 2.01 * (total(132) - launches * launch_seconds));
}

}  // namespace
}  // namespace m2m::kernels
