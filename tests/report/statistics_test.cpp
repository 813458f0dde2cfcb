#include "report/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace m2m::report {
namespace {

TEST(Estimate, IsMeanAndSampleDeviation) {
  EXPECT_EQ(estimate({2, 4, 9}).mean, 5.0);
  EXPECT_DOUBLE_EQ(estimate({2, 4, 9}).std, std::sqrt(13.0));
  EXPECT_TRUE(std::isnan(estimate({2}).std));
  EXPECT_TRUE(std::isnan(estimate({}).mean));
}

TEST(StudentQuantile, IsThatOfTheTables) {
  EXPECT_DOUBLE_EQ(student_quantile(1), 12.706);
  EXPECT_DOUBLE_EQ(student_quantile(4), 2.776);
  EXPECT_NEAR(student_quantile(31), 2.0395, 2e-4);
  EXPECT_NEAR(student_quantile(120), 1.9799, 1e-4);
  EXPECT_NEAR(student_quantile(100000), 1.95996, 1e-4);
}

TEST(SignTest, CountsSplitsAtLeastAsUneven) {
  EXPECT_DOUBLE_EQ(sign_test(6, 0), 2.0 / 64);
  EXPECT_DOUBLE_EQ(sign_test(0, 6), 2.0 / 64);
  EXPECT_DOUBLE_EQ(sign_test(7, 1), 2.0 * (1 + 8) / 256);
  EXPECT_DOUBLE_EQ(sign_test(3, 3), 1.0);
  EXPECT_DOUBLE_EQ(sign_test(0, 0), 1.0);
}

TEST(TrialsToResolve, AreThoseOfTheFormula) {
  // 2 (1.960 + 0.842)^2 = 15.698
  EXPECT_EQ(trials_to_resolve(1, 1), 16);
  EXPECT_EQ(trials_to_resolve(2, 1), 63);
  EXPECT_EQ(trials_to_resolve(1, 2), 4);
}

TEST(TrialsToResolve, AreAtLeastTwo) {
  EXPECT_EQ(trials_to_resolve(0, 1), 2);
  EXPECT_EQ(trials_to_resolve(.1, 1), 2);
}

}  // namespace
}  // namespace m2m::report
