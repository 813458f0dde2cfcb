#include "core/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/said.hpp"

namespace m2m {
namespace {

/// Recalls 3/4, 1/2 and 1.
Confusion three_classes() {
  Confusion confusion(3);
  confusion.cells = {3, 1, 0, 2, 4, 2, 0, 0, 2};
  return confusion;
}

TEST(ClassTotals, AreTheSumsOfRowsAndColumns) {
  const ClassTotals totals = three_classes();
  EXPECT_EQ(totals.samples, (ClassCounts{4, 8, 2}));
  EXPECT_EQ(totals.predicted, (ClassCounts{5, 5, 4}));
  EXPECT_EQ(totals.right, (ClassCounts{3, 4, 2}));
}

TEST(Median, IsTheMiddleOrTheMeanOfTheTwoInTheMiddle) {
  EXPECT_EQ(median({3}), 3);
  EXPECT_EQ(median({9, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 100}), 3);
}

TEST(ConfusionFromLogits, CountsTheFirstOfTheLargestOutputs) {
  const std::vector<float> logits = {0, 1, 0, 2, 2, -1, -3, -2, -1};
  const std::vector<std::int32_t> labels = {1, 2, 2};
  Confusion expected(3);
  expected.at(1, 1) = 1;
  expected.at(2, 0) = 1;
  expected.at(2, 2) = 1;
  EXPECT_EQ(confusion_from_logits(logits, labels, 3), expected);
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

TEST(PrecisionAndF1, HaveTheNumbersByHand) {
  EXPECT_EQ(precisions(three_classes()), (std::vector<double>{0.6, 0.8, 0.5}));
  const std::vector<double> f1 = f1_scores(three_classes());
  EXPECT_DOUBLE_EQ(f1[0], 2.0 / 3);
  EXPECT_DOUBLE_EQ(f1[1], 8.0 / 13);
  EXPECT_DOUBLE_EQ(f1[2], 2.0 / 3);
}

TEST(Correlation, HasTheNumberByHand) {
  // 9 of 14 are right; the products of samples and predictions sum to 68, squares to 84 and 66.
  EXPECT_DOUBLE_EQ(correlation(three_classes()), (9 * 14 - 68) / std::sqrt((196.0 - 66) * (196 - 84)));
}

TEST(Correlation, OfTwoClassesIsThatOfMatthews) {
  Confusion confusion(2);
  confusion.cells = {7, 2, 3, 11};  // true and false, negative and positive
  EXPECT_DOUBLE_EQ(correlation(confusion), (7 * 11 - 2 * 3) / std::sqrt(9.0 * 14 * 10 * 13));
  std::swap(confusion.cells[0], confusion.cells[1]);
  std::swap(confusion.cells[2], confusion.cells[3]);
  EXPECT_DOUBLE_EQ(correlation(confusion), -(7 * 11 - 2 * 3) / std::sqrt(9.0 * 14 * 10 * 13));
}

TEST(Correlation, IsOneIfAllAreRightAndZeroIfOneClassIsAlwaysPredicted) {
  Confusion confusion(3);
  confusion.cells = {5, 0, 0, 0, 3, 0, 0, 0, 1};
  EXPECT_EQ(correlation(confusion), 1);
  confusion.cells = {5, 0, 0, 3, 0, 0, 1, 0, 0};
  EXPECT_EQ(correlation(confusion), 0);
  confusion.cells = {5, 1, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(correlation(confusion), 0);
}

TEST(HarmonicMean, IsZeroWhereARecallIs) {
  EXPECT_DOUBLE_EQ(harmonic_mean(three_classes()), 9.0 / 13);
  Confusion confusion = three_classes();
  std::swap(confusion.at(2, 2), confusion.at(2, 0));
  EXPECT_EQ(harmonic_mean(confusion), 0);
}

TEST(WorstRecall, IsTheSmallest) { EXPECT_EQ(worst_recall(three_classes()), 0.5); }

TEST(AccuracyUnder, WeighsRecallsByThePrior) {
  EXPECT_DOUBLE_EQ(accuracy_under({1.0 / 7, 2.0 / 7, 4.0 / 7}, three_classes()), 5.75 / 7);
  EXPECT_DOUBLE_EQ(accuracy_under({1, 1, 1}, three_classes()), balanced_accuracy(three_classes()));
  const double samples = 14;  // under the shares of the test set it is the accuracy
  EXPECT_DOUBLE_EQ(accuracy_under({4 / samples, 8 / samples, 2 / samples}, three_classes()),
                   accuracy(three_classes()));
}

/// 70 samples of five classes: class 3 has none, class 4 is never predicted.
Confusion five_classes() {
  Confusion confusion(5);
  confusion.cells = {18, 8, 0, 4, 0, 3, 15, 0, 2, 0, 2, 2, 5, 1, 0, 0, 0, 0, 0, 0, 3, 5, 0, 2, 0};
  return confusion;
}

TEST(Metrics, HaveTheNumbersOfScikitLearnWithAClassNotTestedAndOneNeverPredicted) {
  // scikit-learn 1.9.1: precision_score and f1_score with labels=[0, 1, 2, 4], average="macro", zero_division=0,
  // and matthews_corrcoef.
  EXPECT_NEAR(mean_of_defined(precisions(five_classes()), 0), 0.5480769230769231, 1e-15);
  EXPECT_NEAR(mean_of_defined(f1_scores(five_classes()), 0), 0.47738095238095235, 1e-15);
  EXPECT_NEAR(correlation(five_classes()), 0.3718541502860049, 1e-15);
  EXPECT_EQ(precisions(five_classes())[4], 0);
  EXPECT_TRUE(std::isnan(precisions(five_classes())[3]));
  EXPECT_TRUE(std::isnan(f1_scores(five_classes())[3]));
}

/// Recalls 1 and 1/2 of classes 0 and 2; class 1 has no sample, and class 0 is mistaken for it once.
Confusion one_untested() {
  Confusion confusion(3);
  confusion.cells = {3, 0, 0, 0, 0, 0, 0, 1, 1};
  return confusion;
}

TEST(Recalls, AreNotDefinedWithoutSamples) {
  const std::vector<double> found = recalls(one_untested());
  EXPECT_EQ(found[0], 1);
  EXPECT_TRUE(std::isnan(found[1]));
  EXPECT_EQ(found[2], .5);
}

TEST(Metrics, AreMeansOverTheClassesWithSamples) {
  EXPECT_DOUBLE_EQ(balanced_accuracy(one_untested()), .75);
  EXPECT_DOUBLE_EQ(balanced_accuracy(one_untested(), {true, true, false}), 1);
  EXPECT_DOUBLE_EQ(group_accuracy(one_untested(), {false, true, true}), .5);
  EXPECT_TRUE(std::isnan(group_accuracy(one_untested(), {false, true, false})));
  EXPECT_NEAR(geometric_mean(one_untested()), std::sqrt(.5), 1e-15);
  EXPECT_NEAR(geometric_mean_of_nonzero(one_untested()), std::sqrt(.5), 1e-15);
  EXPECT_DOUBLE_EQ(accuracy(one_untested()), .8);
  EXPECT_DOUBLE_EQ(harmonic_mean(one_untested()), 2.0 / 3);
  EXPECT_EQ(worst_recall(one_untested()), 0.5);
  EXPECT_DOUBLE_EQ(accuracy_under({1.0 / 7, 2.0 / 7, 4.0 / 7}, one_untested()), 0.6);
}

TEST(Untested, AreTheClassesWithoutSamples) {
  EXPECT_EQ(untested_classes(one_untested()), std::vector<int>{1});
  EXPECT_TRUE(untested_classes(three_classes()).empty());
  EXPECT_EQ(untested_classes(ClassCounts{0, 4, 0, 1}), (std::vector<int>{0, 2}));
}

TEST(Untested, AreNamedUpToTen) {
  EXPECT_EQ(untested_note({}, 3, "test"), "");
  EXPECT_TRUE(testing::says(untested_note({2}, 3, "test"), {"class 2 of 3", "test"}));
  std::vector<int> many;
  for (int k = 0; k < 25; ++k) many.push_back(2 * k);
  const std::string note = untested_note(many, 60, "validation");
  EXPECT_TRUE(testing::says(note, {"0, 2, 4, 6, 8, 10, 12, 14, 16, 18", "15", "60", "validation", "35"}));
}

TEST(Metrics, AreZeroWithoutSamples) {
  const Confusion empty(2);
  EXPECT_EQ(balanced_accuracy(empty), 0);
  EXPECT_EQ(geometric_mean(empty), 0);
  EXPECT_EQ(geometric_mean_of_nonzero(empty), 0);
  EXPECT_EQ(accuracy(empty), 0);
  EXPECT_EQ(harmonic_mean(empty), 0);
  EXPECT_EQ(worst_recall(empty), 0);
  EXPECT_EQ(correlation(empty), 0);
  EXPECT_EQ(accuracy_under({.5, .5}, empty), 0);
  EXPECT_EQ(mean_of_defined(f1_scores(empty), 0), 0);
  EXPECT_EQ(mean_of_defined(precisions(Confusion()), 0), 0);
}

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
  const Calibration found = calibration_from_logits(logits, Labels{0, 1, 1, 1}, 2);
  EXPECT_NEAR(found.ece, .75 * std::abs(2.0 / 3 - .71) + .25 * .9, 1e-7);
  EXPECT_NEAR(found.nll, -(std::log(.70) + std::log(.28) + std::log(.71) + std::log(.1)) / 4, 1e-6);
}

TEST(Calibration, AveragesWithinABinAndNotOverSamples) {
  std::vector<float> logits;
  for (int i = 0; i < 4; ++i) append(logits, .75);
  EXPECT_NEAR(calibration_from_logits(logits, Labels{0, 0, 1, 0}, 2).ece, 0, 1e-7);
  EXPECT_NEAR(calibration_from_logits(logits, Labels{1, 1, 1, 1}, 2).ece, .75, 1e-7);
}

TEST(Calibration, TakesTheFirstOfEqualClasses) {
  const Calibration found = calibration_from_logits(std::vector<float>(6, 0.0F), Labels{0, 2}, 3);
  EXPECT_NEAR(found.ece, .5 - 1.0 / 3, 1e-15);
  EXPECT_NEAR(found.nll, std::log(3.0), 1e-15);
}

TEST(Calibration, SurvivesLargeLogits) {
  const Calibration found =
      calibration_from_logits(std::vector<float>{60000, -60000, -60000, 60000}, Labels{0, 0}, 2);
  EXPECT_DOUBLE_EQ(found.ece, .5);
  EXPECT_DOUBLE_EQ(found.nll, 60000);
}

TEST(Calibration, IsNotANumberWhereThereIsNothingToMeasure) {
  EXPECT_TRUE(std::isnan(calibration_from_logits({}, {}, 0).ece));
  EXPECT_TRUE(std::isnan(calibration_from_logits({}, {}, 3).nll));
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    const Calibration found = calibration_from_logits(std::vector<float>{0, bad}, Labels{0}, 2);
    EXPECT_TRUE(std::isnan(found.ece));
    EXPECT_TRUE(std::isnan(found.nll));
  }
}

}  // namespace
}  // namespace m2m
