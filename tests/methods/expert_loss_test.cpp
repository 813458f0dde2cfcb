#include "methods/expert_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "settings/resolve.hpp"

namespace m2m::methods {
namespace {

using settings::Experts, settings::ExpertSettings;

const ClassCounts counts = {90, 9, 1};

torch::Tensor doubles(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

// Of two samples and three experts.
const torch::Tensor outputs = doubles({1, 2, 4, 0, 0, 0, -1, 3, 0.5, 2, 2, 1, 0, 1, 0, 3, -2, 0}).view({2, 3, 3});
const torch::Tensor targets = torch::tensor({2, 0}, torch::kInt64);

torch::Tensor loss_of(const Json& given, const std::vector<double>& weights = {1, 1, 1}) {
  Json all = {{"method", "ERM"}, {"train.network", "resnet8"}};
  all.update(given);
  return make_loss(settings::resolve(Config(all)), counts, weights, 1)(outputs, targets);
}

torch::Tensor cross_entropy_of(int expert, const std::vector<double>& added) {
  return cross_entropy(outputs.select(1, expert) + doubles(added), targets);
}

void expect_equal(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-12) << a << b;
}

TEST(ReversedPriors, GiveTheRarestClassTheLargestShare) {
  EXPECT_EQ(reversed_priors(counts), (std::vector<double>{0.01, 0.09, 0.9}));
  EXPECT_EQ(reversed_priors({5, 80, 15}), (std::vector<double>{0.8, 0.05, 0.15}));
}

TEST(ReversedPriors, AreThePriorsOfBalancedClasses) {
  EXPECT_EQ(reversed_priors({4, 4}), (std::vector<double>{0.5, 0.5}));
}

TEST(ExpertLoss, OfSadeSumsTheLossesOfThreePriors) {
  const std::vector<double> prior = {std::log(0.9), std::log(0.09), std::log(0.01)};
  const std::vector<double> third = {prior[0] - 2 * prior[2], prior[1] - 2 * prior[1], prior[2] - 2 * prior[0]};
  expect_equal(loss_of({{"recipe.experts", "sade"}}),
               cross_entropy_of(0, {0, 0, 0}) + cross_entropy_of(1, prior) + cross_entropy_of(2, third));
}

TEST(ExpertLoss, OfSadeTakesTheWeightOfTheReversedPrior) {
  const std::vector<double> prior = {std::log(0.9), std::log(0.09), std::log(0.01)};
  expect_equal(loss_of({{"recipe.experts", "sade"}, {"sade.tau", 0.0}}),
               cross_entropy_of(0, {0, 0, 0}) + cross_entropy_of(1, prior) + cross_entropy_of(2, prior));
}

TEST(ExpertLoss, OfAdjustedExpertsIsTheMeanOfTheirLosses) {
  const std::vector<double> prior = {std::log(0.9), std::log(0.09), std::log(0.01)};
  const std::vector<double> twice = {2 * prior[0], 2 * prior[1], 2 * prior[2]};
  expect_equal(loss_of({{"recipe.experts", "logit-adjusted"}}),
               (cross_entropy_of(0, {0, 0, 0}) + cross_entropy_of(1, prior) + cross_entropy_of(2, twice)) / 3);
}

TEST(ExpertLoss, WithoutAdjustmentIsTheMeanCrossEntropy) {
  const Json given = {{"recipe.experts", "logit-adjusted"}, {"experts.taus", {0.0, 0.0, 0.0}}};
  expect_equal(
      loss_of(given),
      (cross_entropy_of(0, {0, 0, 0}) + cross_entropy_of(1, {0, 0, 0}) + cross_entropy_of(2, {0, 0, 0})) / 3);
}

TEST(ExpertLoss, IsMultipliedByTheWeightOfTheTrueClass) {
  expect_equal(loss_of({{"recipe.experts", "sade"}}, {0.5, 1, 3}),
               doubles({3, 0.5}) * loss_of({{"recipe.experts", "sade"}}));
}

}  // namespace
}  // namespace m2m::methods
