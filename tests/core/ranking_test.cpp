// AUROC and average precision. Numbers "by scikit-learn" are of its version 1.9.1: roc_auc_score and
// average_precision_score of `labels == k` and of softmax probabilities in float64.
#include "core/ranking.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <random>

namespace m2m {
namespace {

using Labels = std::vector<std::int32_t>;

/// Two classes; the log-odds of class 0 are the scores.
std::vector<float> logits_of(const std::vector<float>& scores) {
  std::vector<float> logits;
  for (const float score : scores) logits.insert(logits.end(), {score, 0.0F});
  return logits;
}

TEST(Ranking, HasTheNumbersByHand) {
  const Ranking found = ranking_from_logits(logits_of({2, 1, 1, 0}), Labels{0, 1, 0, 1}, 2);
  // Of four pairs three are in order and one is tied.
  EXPECT_DOUBLE_EQ(found.auroc[0], 3.5 / 4);
  EXPECT_DOUBLE_EQ(found.auroc[1], 3.5 / 4);
  // Half of the recall at a precision of 1, half at 2 of 3.
  EXPECT_DOUBLE_EQ(found.average_precision[0], 0.5 + 0.5 * 2 / 3);
  EXPECT_DOUBLE_EQ(found.average_precision[1], 0.5 + 0.5 * 2 / 3);
}

TEST(Ranking, OfPerfectReversedAndEqualAnswersIsOneZeroAndAHalf) {
  const Labels labels = {0, 0, 1, 1};
  EXPECT_EQ(ranking_from_logits(logits_of({4, 3, 2, 1}), labels, 2).auroc[0], 1);
  EXPECT_EQ(ranking_from_logits(logits_of({4, 3, 2, 1}), labels, 2).average_precision[0], 1);
  EXPECT_EQ(ranking_from_logits(logits_of({1, 2, 3, 4}), labels, 2).auroc[0], 0);
  EXPECT_EQ(ranking_from_logits(logits_of({7, 7, 7, 7}), labels, 2).auroc[0], 0.5);
  EXPECT_EQ(ranking_from_logits(logits_of({7, 7, 7, 7}), labels, 2).average_precision[0], 0.5);
}

/// 70 samples of 5 classes with many ties: 30, 20, 10, 0 and 10 of each class.
struct Scored {
  Labels labels;
  std::vector<float> logits;

  Scored() {
    for (int i = 0; i < 70; ++i) {
      labels.push_back(std::array{0, 0, 0, 1, 1, 2, 4}[i % 7]);
      for (int k = 0; k < 5; ++k) {
        const int noise = (37 * i + 101 * k + 13 * i * i * k) % 17;
        logits.push_back(static_cast<float>(noise) / 4 + (k == labels[i] ? 1.0F : 0.0F) - (k == 4 ? 10.0F : 0.0F));
      }
    }
  }
};

TEST(Ranking, HasTheNumbersOfScikitLearnWithTiesAndAnAbsentClass) {
  const Scored scored;
  const Ranking found = ranking_from_logits(scored.logits, scored.labels, 5);
  EXPECT_NEAR(found.auroc[0], 0.7258333333333333, 1e-14);
  EXPECT_NEAR(found.auroc[1], 0.771, 1e-14);
  EXPECT_NEAR(found.auroc[2], 0.8, 1e-14);
  EXPECT_TRUE(std::isnan(found.auroc[3]));
  EXPECT_NEAR(found.auroc[4], 0.735, 1e-14);
  EXPECT_NEAR(found.average_precision[0], 0.739177262318981, 1e-14);
  EXPECT_NEAR(found.average_precision[1], 0.6646124513228696, 1e-14);
  EXPECT_NEAR(found.average_precision[2], 0.6768545638758404, 1e-14);
  EXPECT_TRUE(std::isnan(found.average_precision[3]));
  EXPECT_NEAR(found.average_precision[4], 0.48482369600162695, 1e-14);
}

TEST(Ranking, OfWeightedSamplesHasTheNumbersOfScikitLearn) {
  const Scored scored;
  const std::vector<OneAgainstRest> ranked = rank_by_class(scored.logits, scored.labels, 5);
  std::vector<std::uint32_t> weights(70);
  for (std::uint32_t i = 0; i < 70; ++i) weights[i] = i % 3;
  const RankingQuality found = measure_ranking(ranked[1], weights);
  EXPECT_NEAR(found.auroc, 0.751578947368421, 1e-14);
  EXPECT_NEAR(found.average_precision, 0.6061025878794084, 1e-14);
}

/// The samples, each as often as its weight says.
Scored repeated(const Scored& scored, const std::vector<std::uint32_t>& weights) {
  Scored many;
  many.labels.clear();
  many.logits.clear();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    for (std::uint32_t w = 0; w < weights[i]; ++w) {
      many.labels.push_back(scored.labels[i]);
      many.logits.insert(many.logits.end(), scored.logits.begin() + 5 * i, scored.logits.begin() + 5 * (i + 1));
    }
  }
  return many;
}

TEST(Ranking, CountsASampleAsOftenAsItsWeight) {
  const Scored scored;
  std::mt19937 random(3);
  std::vector<std::uint32_t> weights(70);
  for (std::uint32_t& weight : weights) weight = random() % 4;
  const Scored many = repeated(scored, weights);
  const Ranking expected = ranking_from_logits(many.logits, many.labels, 5);
  const std::vector<OneAgainstRest> ranked = rank_by_class(scored.logits, scored.labels, 5);
  ASSERT_EQ(ranked.size(), 5U);
  for (const int k : {0, 1, 2, 4}) {
    EXPECT_NEAR(measure_ranking(ranked[k], weights).auroc, expected.auroc[k], 1e-14) << k;
    EXPECT_NEAR(measure_ranking(ranked[k], weights).average_precision, expected.average_precision[k], 1e-14) << k;
  }
}

TEST(Ranking, TiesRowsWithTheSameDifferencesAndNoOthers) {
  // Class 0 has the same probability in the first three rows, class 1 in the first and the third.
  const std::vector<float> logits = {1, 0.25F, -2, 1, -2, 0.25F, 3, 2.25F, 0, 1, 0.25F, -2.25F};
  const std::vector<OneAgainstRest> ranked = rank_by_class(logits, Labels{0, 0, 1, 1}, 3);
  const auto ends = [&](int k) {
    return std::accumulate(ranked[k].is_last_tied.begin(), ranked[k].is_last_tied.end(), 0);
  };
  EXPECT_EQ(ends(0), 2);
  EXPECT_EQ(ends(1), 3);
}

TEST(Ranking, KeepsTheOrderOfProbabilitiesThatRoundToOne) {
  const Ranking found = ranking_from_logits(logits_of({300, 200, 100, 50}), Labels{0, 0, 1, 1}, 2);
  EXPECT_EQ(found.auroc[0], 1);
  EXPECT_EQ(found.auroc[1], 1);
  const std::vector<float> far = {60000, -60000, 0, 59999, -60000, 0, 0, 60000, 0};
  EXPECT_EQ(ranking_from_logits(far, Labels{0, 1, 1}, 3).auroc[0], 1);
}

TEST(Ranking, IsNotDefinedWithoutSamplesOfBothKinds) {
  const Ranking alone = ranking_from_logits(logits_of({3, 2}), Labels{0, 0}, 2);
  EXPECT_TRUE(std::isnan(alone.auroc[0]) && std::isnan(alone.auroc[1]));
  EXPECT_EQ(alone.average_precision[0], 1);
  EXPECT_TRUE(std::isnan(alone.average_precision[1]));
  const Ranking single = ranking_from_logits(std::vector<float>{3, 2}, Labels{0, 0}, 1);
  EXPECT_TRUE(std::isnan(single.auroc[0]));
  EXPECT_EQ(single.average_precision[0], 1);
}

TEST(Ranking, IsNotDefinedIfThereIsNoSampleOrALogitIsNotFinite) {
  EXPECT_TRUE(ranking_from_logits({}, {}, 0).auroc.empty());
  EXPECT_TRUE(std::isnan(ranking_from_logits({}, {}, 2).auroc[1]));
  EXPECT_TRUE(rank_by_class({}, {}, 2).empty());
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    const std::vector<float> logits = {0, 1, bad, 2};
    EXPECT_TRUE(rank_by_class(logits, Labels{0, 1}, 2).empty());
    const Ranking found = ranking_from_logits(logits, Labels{0, 1}, 2);
    EXPECT_TRUE(std::isnan(found.auroc[0]) && std::isnan(found.average_precision[1]));
  }
}

/// AUROC from every pair, by probabilities in long double.
double auroc_by_pairs(const std::vector<float>& logits, const Labels& labels, int classes, int label) {
  const auto score = [&](std::size_t i) {
    long double rest = 0;
    const float* row = logits.data() + i * static_cast<std::size_t>(classes);
    for (int j = 0; j < classes; ++j) rest += std::exp(static_cast<long double>(row[j]) - row[label]);
    return 1 / rest;
  };
  double sum = 0, pairs = 0;
  for (std::size_t a = 0; a < labels.size(); ++a) {
    for (std::size_t b = 0; b < labels.size(); ++b) {
      if (labels[a] != label || labels[b] == label) continue;
      sum += score(a) > score(b) ? 1 : 0;
      ++pairs;
    }
  }
  return sum / pairs;
}

TEST(Ranking, EqualsTheShareOfPairsInOrder) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 3);
  Labels labels;
  std::vector<float> logits;
  for (int i = 0; i < 80; ++i) {
    labels.push_back(static_cast<int>(random() % 4));
    for (int k = 0; k < 4; ++k) logits.push_back(normal(random) + (k == labels.back() ? 2.0F : 0.0F));
  }
  const Ranking found = ranking_from_logits(logits, labels, 4);
  for (int k = 0; k < 4; ++k) EXPECT_NEAR(found.auroc[k], auroc_by_pairs(logits, labels, 4, k), 1e-14) << k;
}

}  // namespace
}  // namespace m2m
