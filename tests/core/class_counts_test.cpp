#include "core/class_counts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace m2m {
namespace {

TEST(LongTail, GivesTheFieldsCounts) {
  EXPECT_EQ(long_tail_counts(5000, 100, 10), (ClassCounts{5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50}));
  EXPECT_EQ(long_tail_counts(5000, 10, 10), (ClassCounts{5000, 3871, 2997, 2320, 1796, 1391, 1077, 834, 645, 500}));
  EXPECT_EQ(total(long_tail_counts(5000, 100, 10)), 12'406);
  EXPECT_EQ(total(long_tail_counts(5000, 10, 10)), 20'431);
  EXPECT_EQ(total(long_tail_counts(500, 100, 100)), 10'847);
  EXPECT_EQ(total(long_tail_counts(500, 10, 100)), 19'573);
}

TEST(LongTail, TruncatesTheLastOfAHundredClassesOnRequest) {
  EXPECT_EQ(total(long_tail_counts(5000, 100, 10, Rounding::truncated)), 12'406);
  EXPECT_EQ(total(long_tail_counts(5000, 10, 10, Rounding::truncated)), 20'431);
  EXPECT_EQ(total(long_tail_counts(500, 100, 100, Rounding::truncated)), 10'846);
  EXPECT_EQ(total(long_tail_counts(500, 10, 100, Rounding::truncated)), 19'572);
  EXPECT_EQ(long_tail_counts(500, 100, 100, Rounding::truncated).back(), 4);
  EXPECT_EQ(long_tail_counts(500, 10, 100, Rounding::truncated).back(), 49);
}

TEST(LongTail, FallsFromTheLargestToTheRatio) {
  for (const double ratio : {1.0, 2.0, 7.5, 20.0, 256.0}) {
    for (const int classes : {2, 3, 10, 100, 365}) {
      const ClassCounts counts = long_tail_counts(5120, ratio, classes);
      EXPECT_EQ(counts.front(), 5120);
      EXPECT_EQ(counts.back(), static_cast<std::int64_t>(5120 / ratio + 1e-6)) << ratio << " " << classes;
      EXPECT_TRUE(std::is_sorted(counts.rbegin(), counts.rend()));
    }
  }
}

TEST(StepImbalance, KeepsTheFirstHalf) {
  EXPECT_EQ(step_counts(5000, 100, 4), (ClassCounts{5000, 5000, 50, 50}));
  EXPECT_EQ(step_counts(9, 3, 3), (ClassCounts{9, 3, 3}));
}

TEST(ClassRanks, GoByCountAndThenByLabel) {
  EXPECT_EQ(labels_by_rank({5, 9, 5, 12}), (std::vector<int>{3, 1, 0, 2}));
  EXPECT_EQ(largest({5, 9, 5, 12}), 12);
}

TEST(Majority, IsTwoOfTenClassesAtRatioOneHundred) {
  std::vector<bool> expected(10, false);
  expected[0] = expected[1] = true;
  EXPECT_EQ(majority_classes(long_tail_counts(5000, 100, 10)), expected);
}

TEST(Majority, MustPassHalfAndGoesByRank) {
  EXPECT_EQ(majority_classes({5, 10, 5}), (std::vector<bool>{true, true, false}));  // 10 of 20 is not past half
  EXPECT_EQ(majority_classes({1, 1, 9}), (std::vector<bool>{false, false, true}));
}

TEST(ClassWeights, AreInverseToTheCounts) {
  const std::vector<double> weights = inverse_weights({1, 2, 4});
  EXPECT_DOUBLE_EQ(weights[0], 12.0 / 7);
  EXPECT_DOUBLE_EQ(weights[1], 6.0 / 7);
  EXPECT_DOUBLE_EQ(weights[2], 3.0 / 7);
}

TEST(ClassWeights, FollowTheEffectiveNumber) {
  // beta = 1/2: 1 - beta^N is 1/2 and 3/4, so the weights are as 3 : 2.
  const std::vector<double> weights = effective_number_weights({1, 2}, .5);
  EXPECT_DOUBLE_EQ(weights[0], 1.2);
  EXPECT_DOUBLE_EQ(weights[1], .8);
  EXPECT_EQ(effective_number_weights({3, 7, 9}, 0), (std::vector<double>{1, 1, 1}));
}

TEST(GeneralisedWeights, LieBetweenEqualOnesAndThoseOfTheInverseCount) {
  EXPECT_EQ(generalised_weights({8, 2}, 0), (std::vector<double>{1, 1}));
  // sqrt(10/8) : sqrt(10/2) is 1 : 2
  EXPECT_NEAR(generalised_weights({8, 2}, 0.5)[0], 2.0 / 3, 1e-15);
  EXPECT_NEAR(generalised_weights({8, 2}, 0.5)[1], 4.0 / 3, 1e-15);
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(generalised_weights({1, 2, 4}, 1)[k], inverse_weights({1, 2, 4})[k], 1e-15) << k;
  }
}

/// The labels of each group's classes.
std::map<std::string, std::vector<int>> labels_of(const ClassCounts& counts) {
  std::map<std::string, std::vector<int>> labels;
  for (const ClassGroup& group : class_groups(counts)) {
    std::vector<int>& of_group = labels[group.name];
    EXPECT_EQ(group.classes.size(), counts.size());
    for (int label = 0; label < static_cast<int>(counts.size()); ++label) {
      if (group.classes[label]) of_group.push_back(label);
    }
  }
  return labels;
}

using Labels = std::vector<int>;

TEST(ClassGroups, AreThirdsByRankWithTheRestInTheMiddle) {
  // From the most frequent to the rarest: 4, 1, 0, 3, 2, the tie of 0 and 3 by label.
  auto labels = labels_of({30, 40, 10, 30, 50});
  EXPECT_EQ(labels["first_third"], Labels{4});
  EXPECT_EQ(labels["middle_third"], (Labels{0, 1, 3}));
  EXPECT_EQ(labels["last_third"], Labels{2});
  labels = labels_of({9, 8, 7, 6, 5, 4});
  EXPECT_EQ(labels["first_third"], (Labels{0, 1}));
  EXPECT_EQ(labels["middle_third"], (Labels{2, 3}));
  EXPECT_EQ(labels["last_third"], (Labels{4, 5}));
}

TEST(ClassGroups, OfTenClassesAreThreeFourThree) {
  auto labels = labels_of(long_tail_counts(5000, 100, 10));
  EXPECT_EQ(labels["first_third"], (Labels{0, 1, 2}));
  EXPECT_EQ(labels["middle_third"], (Labels{3, 4, 5, 6}));
  EXPECT_EQ(labels["last_third"], (Labels{7, 8, 9}));
}

TEST(LongTailShares, FallInTheOrderOfTheTrainingCounts) {
  const std::vector<double> forward = long_tail_shares({5, 50, 500}, 4);
  EXPECT_DOUBLE_EQ(forward[2], 4.0 / 7);
  EXPECT_DOUBLE_EQ(forward[1], 2.0 / 7);
  EXPECT_DOUBLE_EQ(forward[0], 1.0 / 7);
}

TEST(LongTailShares, AreReversedByTheInverseRatio) {
  const ClassCounts counts = {5, 50, 500, 50};
  const std::vector<double> forward = long_tail_shares(counts, 50);
  const std::vector<double> backward = long_tail_shares(counts, 1.0 / 50);
  const std::vector<int> ranks = {3, 1, 0, 2};  // of the classes; ties by label
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const auto mirrored = std::find(ranks.begin(), ranks.end(), 3 - ranks[k]) - ranks.begin();
    EXPECT_NEAR(backward[k], forward[mirrored], 1e-15) << k;
  }
  EXPECT_NEAR(forward[2] / forward[0], 50, 1e-12);
}

TEST(LongTailShares, AreEqualForARatioOfOneAndAllForOneClass) {
  for (const double share : long_tail_shares({5, 50, 500}, 1)) EXPECT_DOUBLE_EQ(share, 1.0 / 3);
  EXPECT_EQ(long_tail_shares({7}, 50), std::vector<double>{1});
}

TEST(ClassGroups, CountShotsAsTheFieldDoes) {
  auto labels = labels_of({101, 100, 20, 19, 1, 5000});
  EXPECT_EQ(labels["many"], (Labels{0, 5}));
  EXPECT_EQ(labels["medium"], (Labels{1, 2}));
  EXPECT_EQ(labels["few"], (Labels{3, 4}));
}

TEST(ClassGroups, AreMajorityAndTheOthers) {
  auto labels = labels_of({1, 1, 9});
  EXPECT_EQ(labels["majority"], Labels{2});
  EXPECT_EQ(labels["minority"], (Labels{0, 1}));
}

TEST(ClassGroups, MayBeEmpty) {
  auto labels = labels_of({500, 400});
  for (const char* name : {"first_third", "last_third", "medium", "few"}) EXPECT_EQ(labels[name], Labels{}) << name;
  EXPECT_EQ(labels["middle_third"], (Labels{0, 1}));
}

}  // namespace
}  // namespace m2m
