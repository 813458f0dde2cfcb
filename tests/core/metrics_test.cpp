#include "core/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace m2m {
namespace {

/// Recalls 3/4, 1/2 and 1.
Confusion three_classes() {
  Confusion confusion(3);
  confusion.cells = {3, 1, 0, 2, 4, 2, 0, 0, 2};
  return confusion;
}

TEST(Recalls, AreTheDiagonalOverTheRow) { EXPECT_EQ(recalls(three_classes()), (std::vector<double>{.75, .5, 1})); }

TEST(BalancedAccuracy, IsTheMeanRecall) { EXPECT_DOUBLE_EQ(balanced_accuracy(three_classes()), .75); }

TEST(BalancedAccuracy, CanBeTakenOverSomeClasses) {
  EXPECT_DOUBLE_EQ(balanced_accuracy(three_classes(), {true, false, true}), .875);
  EXPECT_EQ(balanced_accuracy(three_classes(), {false, false, false}), 0);
}

TEST(GroupAccuracy, IsTheMeanRecallOfAGroupAndNotANumberWithoutOne) {
  EXPECT_DOUBLE_EQ(group_accuracy(three_classes(), {true, true, false}), .625);
  EXPECT_TRUE(std::isnan(group_accuracy(three_classes(), {false, false, false})));
}

TEST(GeometricMean, MultipliesRecalls) { EXPECT_NEAR(geometric_mean(three_classes()), std::cbrt(.75 * .5), 1e-15); }

TEST(GeometricMean, IsZeroWhereARecallIs) {
  Confusion confusion = three_classes();
  confusion.at(2, 2) = 0;
  confusion.at(2, 0) = 2;
  EXPECT_EQ(geometric_mean(confusion), 0);
  EXPECT_NEAR(geometric_mean_of_nonzero(confusion), std::sqrt(.75 * .5), 1e-15);
}

TEST(Accuracy, CountsSamplesNotClasses) { EXPECT_DOUBLE_EQ(accuracy(three_classes()), 9.0 / 14); }

TEST(Metrics, AreZeroWithoutSamples) {
  const Confusion empty(2);
  EXPECT_EQ(balanced_accuracy(empty), 0);
  EXPECT_EQ(geometric_mean(empty), 0);
  EXPECT_EQ(geometric_mean_of_nonzero(empty), 0);
  EXPECT_EQ(accuracy(empty), 0);
}

}  // namespace
}  // namespace m2m
