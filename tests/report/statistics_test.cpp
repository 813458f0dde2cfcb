#include "report/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace m2m::report {
namespace {

TEST(Estimate, IsMeanAndSampleDeviation) {
  EXPECT_EQ(estimate({2, 4, 9}).mean, 5.0);
  EXPECT_DOUBLE_EQ(estimate({2, 4, 9}).std, std::sqrt(13.0));
  EXPECT_TRUE(std::isnan(estimate({2}).std));
  EXPECT_TRUE(std::isnan(estimate({}).mean));
}

TEST(CentralInterval, LiesBetweenTheQuantiles) {
  std::vector<double> values;
  for (int i = 0; i <= 200; ++i) values.push_back((i * 7) % 201);  // 0 to 200, shuffled
  EXPECT_DOUBLE_EQ(central_interval(values).low, 5);
  EXPECT_DOUBLE_EQ(central_interval(values).high, 195);
  EXPECT_DOUBLE_EQ(central_interval({3, 1}).low, 1.05);  // numpy.quantile([1, 3], 0.025)
  EXPECT_DOUBLE_EQ(central_interval({3, 1}).high, 2.95);
  EXPECT_EQ(central_interval({4}).high, 4);
}

TEST(CentralInterval, IsNotDefinedWithoutValues) {
  EXPECT_TRUE(std::isnan(central_interval({}).low));
  EXPECT_TRUE(std::isnan(central_interval({1, NAN, 3}).high));
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
