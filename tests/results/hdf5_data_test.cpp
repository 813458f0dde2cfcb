#include "results/hdf5_data.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace m2m::results {
namespace {

TEST(Half, ComesBackForEveryNumberItHolds) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = float_from_half(static_cast<std::uint16_t>(bits));
    if (std::isnan(value)) continue;
    ASSERT_EQ(half_from_float(value), bits);
  }
}

TEST(Half, HasTheKnownBits) {
  EXPECT_EQ(half_from_float(1.0F), 0x3C00);
  EXPECT_EQ(half_from_float(-2.0F), 0xC000);
  EXPECT_EQ(half_from_float(65504.0F), 0x7BFF);
  EXPECT_EQ(half_from_float(65519.0F), 0x7BFF);
  EXPECT_EQ(half_from_float(65520.0F), 0x7C00);
  EXPECT_EQ(half_from_float(-std::numeric_limits<float>::infinity()), 0xFC00);
  EXPECT_EQ(half_from_float(0x1p-24F), 0x0001);
  EXPECT_EQ(half_from_float(0x1p-25F), 0x0000);
  EXPECT_EQ(half_from_float(-0.0F), 0x8000);
  EXPECT_TRUE(std::isnan(float_from_half(half_from_float(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Half, IsTheNearestAndTheEvenOneOfTwo) {
  std::mt19937 random(1);
  for (int i = 0; i < 200000; ++i) {
    const float value = std::ldexp(static_cast<float>(random() % 16777216), static_cast<int>(random() % 40) - 48);
    if (value >= 65504.0F) continue;
    const std::uint16_t got = half_from_float(value);
    const double distance = std::fabs(static_cast<double>(float_from_half(got)) - value);
    for (const int step : {-1, 1}) {
      if (got == 0 && step < 0) continue;
      const double other =
          std::fabs(static_cast<double>(float_from_half(static_cast<std::uint16_t>(got + step))) - value);
      ASSERT_TRUE(distance < other || (distance == other && got % 2 == 0)) << value;
    }
  }
}

}  // namespace
}  // namespace m2m::results
