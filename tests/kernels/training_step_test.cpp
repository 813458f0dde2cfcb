#include <gtest/gtest.h>

#include "kernels/training_network.hpp"
#include "support/training_case.hpp"

namespace m2m::kernels {
namespace {

using testing::EmulatedTraining;
using testing::RunOrder;
using testing::TrainedLayer;
using testing::TrainedSizes;
using testing::training_case;

void expect_same_bits(const EmulatedTraining& a, const EmulatedTraining& b) {
  EXPECT_EQ(a.features, b.features);
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    const TrainedLayer &one = a.layers[i], &other = b.layers[i];
    EXPECT_TRUE(one.x == other.x && one.y == other.y && one.g == other.g && one.dy == other.dy) << "layer " << i;
    EXPECT_EQ(one.gamma_gradient, other.gamma_gradient);
    EXPECT_EQ(one.beta_gradient, other.beta_gradient);
    EXPECT_EQ(one.running_mean, other.running_mean);
    EXPECT_EQ(one.running_variance, other.running_variance);
  }
}

TEST(TrainingStep, GivesTheSameBitsInAnyOrderOfBlocksAndWarps) {
  EmulatedTraining other = training_case().before;
  const RunOrder backwards{true, true};
  other.run_forward(backwards);
  other.run_backward(backwards);
  expect_same_bits(other, training_case().after);
}

/// Products of 16x8x16 of a convolution of the batch, in either direction.
std::int64_t products_of(const TrainedSizes& s) {
  const std::int64_t images = training_case().after.images();
  return images * 9 * (s.in_channels / 16) * (s.out_channels / 8) * (s.out_side * s.out_side / 16);
}

TEST(TrainingStep, TakesTheProductsOfItsConvolutions) {
  const EmulatedTraining& step = training_case().after;
  for (int layer = 0; layer < step.end(); ++layer) {
    const std::int64_t products = products_of(step.layers[static_cast<std::size_t>(layer)].sizes);
    EXPECT_EQ(step.forward_counts.at(static_cast<std::size_t>(layer)).products, products);
    EXPECT_EQ(step.backward_counts.at(static_cast<std::size_t>(step.end() - layer)).products,
              layer == 0 ? 0 : products);  // pixels need no gradient
  }
}

TEST(TrainingStep, HasNoBankConflictsButAtBordersAndInHalvingLayers) {
  const EmulatedTraining& step = training_case().after;
  for (int layer = 0; layer < step.end(); ++layer) {
    const TrainedSizes& sizes = step.layers[static_cast<std::size_t>(layer)].sizes;
    const std::int64_t admitted = sizes.stride == 2 ? 2 * products_of(sizes) : products_of(sizes) / 25;
    EXPECT_LT(step.forward_counts.at(static_cast<std::size_t>(layer)).conflicts, admitted) << layer;
    EXPECT_LT(step.backward_counts.at(static_cast<std::size_t>(step.end() - layer)).conflicts, admitted) << layer;
  }
}

}  // namespace
}  // namespace m2m::kernels
