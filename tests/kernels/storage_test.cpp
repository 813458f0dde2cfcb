#include "kernels/storage.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace m2m::kernels {
namespace {

TEST(Bf16, RoundsToTheNearestAndToEvenOnATie) {
  EXPECT_EQ(to_float(to_bf16(1.0F)), 1.0F);
  EXPECT_EQ(to_float(to_bf16(1.0F + 1.0F / 256)), 1.0F);
  EXPECT_EQ(to_float(to_bf16(1.0F + 3.0F / 256)), 1.0F + 4.0F / 256);
  EXPECT_EQ(to_float(to_bf16(1.0F + 1.1F / 256)), 1.0F + 2.0F / 256);
  EXPECT_TRUE(std::isnan(to_float(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
}

}  // namespace
}  // namespace m2m::kernels
