#include "methods/post_hoc.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/metrics.hpp"
#include "core/philox.hpp"

namespace m2m::methods {
namespace {

const std::vector<float> logits = {3, 1, 0, 2};

TEST(LogitAdjustment, IsTheIdentityWithTauZero) { EXPECT_EQ(adjusted_logits(logits, {90, 10}, 0), logits); }

TEST(LogitAdjustment, TakesOffTheLogOfTheFrequency) {
  const std::vector<float> adjusted = adjusted_logits(logits, {90, 10}, 2);
  EXPECT_NEAR(adjusted[0], 3 - 2 * std::log(0.9), 1e-6);
  EXPECT_NEAR(adjusted[1], 1 - 2 * std::log(0.1), 1e-6);
  EXPECT_NEAR(adjusted[3], 2 - 2 * std::log(0.1), 1e-6);
}

TEST(TauNormalisation, TakesOffTheBiasWithTauZero) {
  EXPECT_EQ(tau_normalised_logits(logits, {1, -1}, {2, 4}, 0), (std::vector<float>{2, 2, -1, 3}));
}

TEST(TauNormalisation, DividesByAPowerOfTheLength) {
  EXPECT_EQ(tau_normalised_logits(logits, {1, -1}, {2, 4}, 1), (std::vector<float>{1, 0.5F, -0.5F, 0.75F}));
  EXPECT_NEAR(tau_normalised_logits(logits, {0, 0}, {2, 4}, 0.5)[1], 0.5, 1e-6);
}

/// Logits of 4 classes and labels that agree with them in part.
struct Answers {
  std::vector<float> logits;
  std::vector<std::int32_t> labels;
};

Answers some_answers(float scale) {
  Answers answers;
  Stream stream({5, SeedRole::plan}, Purpose::noise);
  for (int i = 0; i < 200; ++i) {
    const int label = static_cast<int>(stream.below(4));
    for (int k = 0; k < 4; ++k) {
      const double logit = 1.5 * stream.normal() + (k == label ? 1.0 : 0.0);
      answers.logits.push_back(scale * static_cast<float>(logit));
    }
    answers.labels.push_back(label);
  }
  return answers;
}

double nll(const Answers& answers, double temperature) {
  return calibration_from_logits(tempered_logits(answers.logits, temperature), answers.labels, 4).nll;
}

TEST(FitTemperature, FindsTheLeastNegativeLogLikelihoodOfAGrid) {
  for (const float scale : {0.1F, 1.0F, 8.0F}) {
    const Answers answers = some_answers(scale);
    const double fitted = fit_temperature(answers.logits, answers.labels, 4);
    double best = 0, least = 1e9;
    for (int i = -200; i <= 200; ++i) {
      const double temperature = scale * std::pow(1.02, i);
      if (nll(answers, temperature) >= least) continue;
      least = nll(answers, temperature);
      best = temperature;
    }
    EXPECT_LE(nll(answers, fitted), least + 1e-9) << scale;
    EXPECT_NEAR(fitted / best, 1, 0.02) << scale;
  }
}

TEST(FitTemperature, IsTheRatioOfAScoreToItsLogOdds) {
  // Three of four answers are right, so the best probability is 3/4: softmax((2, 0) / T) with 2 / T = log 3.
  const std::vector<float> scores = {2, 0, 2, 0, 2, 0, 2, 0};
  EXPECT_NEAR(fit_temperature(scores, std::vector<std::int32_t>{0, 0, 1, 0}, 2), 2 / std::log(3.0), 1e-11);
}

TEST(FitTemperature, IsOneForCalibratedLogits) {
  const auto log3 = static_cast<float>(std::log(3.0)), log4 = static_cast<float>(std::log(4.0));
  const std::vector<float> scores = {log3, 0, log3, 0, log3, 0, log3, 0, 0,
                                     log4, 0, log4, 0, log4, 0, log4, 0, log4};
  const std::vector<std::int32_t> labels = {0, 0, 0, 1, 1, 1, 1, 1, 0};
  EXPECT_NEAR(fit_temperature(scores, labels, 2), 1, 1e-6);
}

TEST(FitTemperature, GrowsWithTheLogits) {
  const Answers small = some_answers(1), large = some_answers(4);
  const double of_small = fit_temperature(small.logits, small.labels, 4);
  EXPECT_GT(of_small, 1.05) << "the answers are too sure of themselves";
  EXPECT_NEAR(fit_temperature(large.logits, large.labels, 4), 4 * of_small, 1e-9);
}

TEST(FitTemperature, EndsAtItsBoundsIfAllAnswersAreRightOrWrong) {
  const std::vector<float> scores = {2, 0, 0, 3};
  EXPECT_EQ(fit_temperature(scores, std::vector<std::int32_t>{0, 1}, 2), min_temperature);
  EXPECT_EQ(fit_temperature(scores, std::vector<std::int32_t>{1, 0}, 2), max_temperature);
  EXPECT_EQ(fit_temperature(std::vector<float>{1, 1, 4, 4}, std::vector<std::int32_t>{1, 0}, 2), 1);
}

TEST(TemperedLogits, AreDividedByTheTemperature) {
  EXPECT_EQ(tempered_logits(logits, 2), (std::vector<float>{1.5F, 0.5F, 0, 1}));
  EXPECT_EQ(tempered_logits(logits, 1), logits);
}

TEST(CandidateTaus, AreThoseOfTheSource) {
  ASSERT_EQ(candidate_taus().size(), 21U);
  EXPECT_EQ(candidate_taus().front(), 0);
  EXPECT_EQ(candidate_taus().back(), 2);
}

}  // namespace
}  // namespace m2m::methods
