#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/pixel_step.hpp"
#include "kernels/sgd.hpp"

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

}  // namespace
}  // namespace m2m::kernels
