#include "kernels/steps.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace m2m::kernels {
namespace {

TEST(SgdStep, IsMomentumOfTheGradientWithDecayAndClearsIt) {
  std::vector<double> weight{1, -2}, velocity{0.5, 0}, gradient{0.1, 3};
  sgd_step<double>({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01}, 2, weight.data(), velocity.data(),
                   gradient.data());
  EXPECT_DOUBLE_EQ(velocity[0], 0.9 * 0.5 + 0.1 + 0.01);
  EXPECT_DOUBLE_EQ(velocity[1], 3 - 0.02);
  EXPECT_DOUBLE_EQ(weight[0], 1 - 0.1 * velocity[0]);
  EXPECT_DOUBLE_EQ(weight[1], -2 - 0.1 * velocity[1]);
  EXPECT_EQ(gradient, (std::vector<double>{0, 0}));
}

TEST(SgdStep, WithNesterovsMomentumGoesAlongTheGradientAndTheNewVelocity) {
  std::vector<double> weight{1, -2}, velocity{0.5, 0}, gradient{0.1, 3};
  sgd_step<double>({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true}, 2,
                   weight.data(), velocity.data(), gradient.data());
  EXPECT_DOUBLE_EQ(velocity[0], 0.56);       // 0.9 * 0.5 + 0.11
  EXPECT_DOUBLE_EQ(weight[0], 1 - 0.0614);   // 0.1 * (0.11 + 0.9 * 0.56)
  EXPECT_DOUBLE_EQ(velocity[1], 2.98);       // 3 - 0.02
  EXPECT_DOUBLE_EQ(weight[1], -2 - 0.5662);  // 0.1 * (2.98 + 0.9 * 2.98)
  EXPECT_EQ(gradient, (std::vector<double>{0, 0}));
}

TEST(PixelStep, MovesEachImageByItsLengthDownItsOwnGradient) {
  std::vector<double> x{0.5, 0.5, 0.5, 0.5}, gradient{3, 4, 0, -0.001};
  pixel_step<double>(0.1, 2, 2, gradient.data(), x.data());
  EXPECT_NEAR(x[0], 0.5 - 0.06, 1e-9);
  EXPECT_NEAR(x[1], 0.5 - 0.08, 1e-9);
  EXPECT_DOUBLE_EQ(x[2], 0.5);
  EXPECT_NEAR(x[3], 0.6, 1e-7);
}

TEST(PixelStep, StaysAmongPixels) {
  std::vector<float> x{0.01F, 0.99F}, gradient{1, -1};
  pixel_step<float>(1, 1, 2, gradient.data(), x.data());
  EXPECT_EQ(x, (std::vector<float>{0, 1}));
}

TEST(PixelStep, HardlyMovesWhereTheGradientIsSmallerThanItsFloor) {
  std::vector<double> x{0.5}, gradient{1e-10};
  pixel_step<double>(0.1, 1, 1, gradient.data(), x.data());
  EXPECT_NEAR(x[0], 0.45, 1e-12);
  gradient[0] = 0;
  pixel_step<double>(0.1, 1, 1, gradient.data(), x.data());
  EXPECT_NEAR(x[0], 0.45, 1e-12);
}

constexpr Key key{3, SeedRole::plan};
constexpr int channels = 2;
constexpr std::int64_t plane = 3;

std::vector<double> started(const std::vector<double>& seeds, const std::vector<std::int32_t>& slots,
                            const std::vector<double>& image_scales, std::uint32_t step = 5) {
  const std::vector<double> channel_scales{0.5, 0.1};
  std::vector<double> out(seeds.size());
  random_start<double>({key, 4, step, slots.data(), image_scales.data(), channel_scales.data()},
                       static_cast<std::int64_t>(slots.size()), channels, plane, seeds.data(), out.data());
  return out;
}

TEST(RandomStart, AddsTheNoiseOfEachSlotScaledByImageAndChannel) {
  const std::vector<double> seeds(2 * channels * plane, 0.5);
  const std::vector<double> out = started(seeds, {9, 2}, {1, 0.25});
  const std::vector<std::int32_t> slots{9, 2};
  for (std::size_t image = 0; image < 2; ++image) {
    Stream stream(key, Purpose::noise, 4, 5, static_cast<std::uint32_t>(slots[image]));
    for (std::int64_t i = 0; i < channels * plane; ++i) {
      const double scale = (i < plane ? 0.5 : 0.1) * (image == 0 ? 1 : 0.25);
      const double drawn = stream.coarse_uniform() - 0.5;
      EXPECT_DOUBLE_EQ(out[image * channels * plane + i], 0.5 + scale * drawn) << image << " " << i;
    }
  }
}

TEST(RandomStart, StaysAmongPixels) {
  for (const double end : {0.0, 1.0}) {
    int moved = 0;
    for (const double value : started(std::vector<double>(channels * plane, end), {0}, {1})) {
      EXPECT_TRUE(value >= 0 && value <= 1) << value;
      moved += value != end ? 1 : 0;
    }
    EXPECT_GT(moved, 0);
    EXPECT_LT(moved, channels * plane);
  }
}

TEST(RandomStart, DrawsAnewInEachStepAndSlot) {
  const std::vector<double> seeds(channels * plane, 0.5);
  const auto one = started(seeds, {0}, {1});
  EXPECT_EQ(one, started(seeds, {0}, {1}));
  EXPECT_NE(one, started(seeds, {1}, {1}));
  EXPECT_NE(one, started(seeds, {0}, {1}, 6));
}

}  // namespace
}  // namespace m2m::kernels
