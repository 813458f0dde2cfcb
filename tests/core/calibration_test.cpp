#include "core/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace m2m {
namespace {

using Labels = std::vector<std::int32_t>;

/// Logits of two classes whose softmax is (p, 1 - p).
void append(std::vector<float>& logits, double p) {
  logits.push_back(static_cast<float>(std::log(p)));
  logits.push_back(static_cast<float>(std::log(1 - p)));
}

TEST(Calibration, IsTheGapOfEachBinByItsShare) {
  std::vector<float> logits;
  for (const double p : {.70, .72, .29, .9}) append(logits, p);
  // .70, .72 and 1 - .29 = .71 lie in bin 11, (10/15, 11/15], two of them right; .9 in bin 14, wrong.
  const Calibration found = calibration_of(logits, Labels{0, 1, 1, 1}, 2);
  EXPECT_NEAR(found.ece, .75 * std::abs(2.0 / 3 - .71) + .25 * .9, 1e-7);
  EXPECT_NEAR(found.nll, -(std::log(.70) + std::log(.28) + std::log(.71) + std::log(.1)) / 4, 1e-6);
}

TEST(Calibration, AveragesWithinABinAndNotOverSamples) {
  std::vector<float> logits;
  for (int i = 0; i < 4; ++i) append(logits, .75);
  EXPECT_NEAR(calibration_of(logits, Labels{0, 0, 1, 0}, 2).ece, 0, 1e-7);
  EXPECT_NEAR(calibration_of(logits, Labels{1, 1, 1, 1}, 2).ece, .75, 1e-7);
}

TEST(Calibration, TakesTheFirstOfEqualClasses) {
  const Calibration found = calibration_of(std::vector<float>(6, 0.0F), Labels{0, 2}, 3);
  EXPECT_NEAR(found.ece, .5 - 1.0 / 3, 1e-15);
  EXPECT_NEAR(found.nll, std::log(3.0), 1e-15);
}

TEST(Calibration, SurvivesLargeLogits) {
  const Calibration found = calibration_of(std::vector<float>{60000, -60000, -60000, 60000}, Labels{0, 0}, 2);
  EXPECT_DOUBLE_EQ(found.ece, .5);
  EXPECT_DOUBLE_EQ(found.nll, 60000);
}

TEST(Calibration, IsNotANumberWhereThereIsNothingToMeasure) {
  EXPECT_TRUE(std::isnan(calibration_of({}, {}, 0).ece));
  EXPECT_TRUE(std::isnan(calibration_of({}, {}, 3).nll));
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    const Calibration found = calibration_of(std::vector<float>{0, bad}, Labels{0}, 2);
    EXPECT_TRUE(std::isnan(found.ece));
    EXPECT_TRUE(std::isnan(found.nll));
  }
}

}  // namespace
}  // namespace m2m
