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

TEST(TrainingCost, HasTheProductsOfTheForwardPassInTheGradientsOfItsWeights) {
  const WeightGradientWork work = weight_gradient_work(128, 5);
  EXPECT_EQ(work.products, 128 * forward_products(5));
  EXPECT_EQ(work.blocks, 31 * 32);
  EXPECT_EQ(weight_gradient_work(3, 5).blocks, (31 + 9) * 3);  // 9 layers of 64 to 64 channels take two shares
}

TEST(TrainingCost, CountsTheWeightsThatPackingLoadsAndTheWordsThatItStores) {
  // ResNet-8: 3 convolutions of 16 to 16 channels (the first is padded), 16 to 32, 32 to 32, 32 to 64, 64 to 64
  const double weights = 9.0 * (3 * 16 * 16 + 16 * 32 + 32 * 32 + 32 * 64 + 64 * 64);
  EXPECT_EQ(packing_bytes(1), 2 * weights * (4 + 2));
  EXPECT_GT(packing_seconds(h200, 5), launch_seconds);
  EXPECT_LT(packing_seconds(h200, 5), 2 * launch_seconds);
}

TEST(TrainingCost, CountsTheImagesAndPartsOfWeightGradients) {
  // ResNet-8: 7 convolutions, one image. x and dy of stage 1: 3 times 2 images of 32 KiB; then 32 + 16, 2 * 16,
  // 16 + 8, and 64 to 64 channels with x for both shares, 2 * 8 + 8.
  const WeightGradientWork work = weight_gradient_work(1, 1);
  EXPECT_EQ(work.bytes, 1024.0 * (3 * 64 + 48 + 32 + 24 + 24));
  EXPECT_EQ(work.part_bytes, 4.0 * 9 * 16 * 16 * (3 + 2 + 4 + 8 + 16));
}

TEST(TrainingCost, SharesTheGradientsOfWeightsAmongTheStages) {
  constexpr int blocks = 5, layers = training_layers(blocks);
  const WeightGradientWork all = weight_gradient_work(128, blocks),
                           first = weight_gradient_work(128, blocks, 0, 11),
                           others = weight_gradient_work(128, blocks, 11, layers);
  EXPECT_EQ(first.products + others.products, all.products);
  EXPECT_EQ(first.blocks, 11 * 32);
  const auto stage = [](int number) { return weight_stage_seconds(h200, 128, blocks, number); };
  EXPECT_DOUBLE_EQ(stage(1), weight_products_seconds(h200, first) + weight_sums_seconds(h200, first));
  const WeightGradientWork third = weight_gradient_work(128, blocks, 21, layers);
  EXPECT_DOUBLE_EQ(stage(3), weight_products_seconds(h200, third) + weight_sums_seconds(h200, third));
}

TEST(TrainingCost, TakesWholeRoundsOfBlocksForWeightGradients) {
  const auto seconds = [](int blocks) {
    return weight_products_seconds(h200, {blocks, 1e3 * blocks, 0, 0}) - launch_seconds;
  };
  EXPECT_NEAR(seconds(264), 2 * 1e3 * clocks_when_full / h200.clock, 1e-12);
  EXPECT_NEAR(seconds(265), 2 * seconds(264), 1e-12);
}

}  // namespace
}  // namespace m2m::kernels
