#include "methods/losses.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"

namespace m2m::methods {
namespace {

const ClassCounts counts = {81, 16, 1};

torch::Tensor doubles(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

const torch::Tensor logits = doubles({1, 2, 4, 0, 0, 0, -1, 3, 0.5}).view({3, 3});
const torch::Tensor targets = torch::tensor({2, 0, 1}, torch::kInt64);

/// Returns the loss of a method with its settings, on these counts.
torch::Tensor loss_of(const std::string& name, const Json& given = Json::object(),
                      const std::vector<double>& weights = {1, 1, 1}, double scale = 1,
                      const ClassCounts& of = counts) {
  Config config(given);
  config.set("method", "ERM");
  config.set("recipe.loss", name);
  config = settings::resolve(config);
  return make_loss(config, of, weights, scale)(logits, targets);
}

void expect_equal(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-12) << a << b;
}

TEST(CrossEntropy, IsMinusTheLogOfTheSoftmax) {
  const torch::Tensor losses = cross_entropy(logits, targets);
  EXPECT_NEAR(losses[0].item<double>(), std::log(std::exp(-3.0) + std::exp(-2.0) + 1.0), 1e-12);
  EXPECT_NEAR(losses[1].item<double>(), std::log(3.0), 1e-12);
  expect_equal(loss_of("cross-entropy"), losses);
}

TEST(CrossEntropy, IsMultipliedByTheWeightOfTheTrueClass) {
  expect_equal(loss_of("cross-entropy", {}, {0.5, 1, 2}), doubles({2, 0.5, 1}) * cross_entropy(logits, targets));
}

/// What torch computes for smoothed labels with these class weights.
torch::Tensor torchs_smoothed(const torch::Tensor& of, double smoothing, const std::vector<double>& weights) {
  return torch::cross_entropy_loss(of, targets, doubles(weights), at::Reduction::None, -100, smoothing);
}

TEST(LabelSmoothing, SpreadsAShareOfTheLabelOverAllClasses) {
  // Of equal logits every class has the cross-entropy log 3, whatever the share.
  EXPECT_NEAR(loss_of("cross-entropy", {{"train.label_smoothing", 0.3}})[1].item<double>(), std::log(3.0), 1e-12);
  const double sum = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(4.0));
  EXPECT_NEAR(loss_of("cross-entropy", {{"train.label_smoothing", 0.3}})[0].item<double>(),
              0.7 * (sum - 4) + 0.1 * (3 * sum - 7), 1e-12);
}

TEST(LabelSmoothing, IsTorchsWithClassWeightsAndAtAnyScale) {
  for (const double smoothing : {0.1, 0.5, 1.0}) {
    for (const std::vector<double>& weights : {std::vector<double>{1, 1, 1}, {0.5, 1, 1.5}}) {
      const Json given = {{"train.label_smoothing", smoothing}};
      expect_equal(loss_of("cross-entropy", given, weights), torchs_smoothed(logits, smoothing, weights));
      expect_equal(loss_of("cross-entropy", given, weights, 30), torchs_smoothed(30 * logits, smoothing, weights));
      const torch::Tensor adjusted = logits + doubles(log_priors(counts, 1));
      expect_equal(loss_of("logit-adjusted", given, weights), torchs_smoothed(adjusted, smoothing, weights));
    }
  }
}

TEST(LabelSmoothing, LeavesLossesThatDoNotTakeItAsTheyAre) {
  Config config = settings::resolve(Config(Json{{"method", "Focal"}}));
  const torch::Tensor plain = make_loss(config, counts, {1, 1, 1}, 1)(logits, targets);
  config.set("train.label_smoothing", 0.3);  // as of an f whose g has the focal loss
  expect_equal(make_loss(config, counts, {1, 1, 1}, 1)(logits, targets), plain);
}

TEST(Focal, IsCrossEntropyWithGammaZero) {
  expect_equal(loss_of("focal", {{"focal.gamma", 0.0}}), cross_entropy(logits, targets));
}

TEST(Focal, WeighsCertainSamplesLess) {
  // l = log 3, so 1 - exp(-l) = 2/3.
  EXPECT_NEAR(loss_of("focal", {{"focal.gamma", 2.0}})[1].item<double>(), 4.0 / 9 * std::log(3.0), 1e-12);
  // The weights are inside: l = 2 log 3, 1 - exp(-l) = 8/9.
  EXPECT_NEAR(loss_of("focal", {}, {2, 2, 2})[1].item<double>(), 8.0 / 9 * 2 * std::log(3.0), 1e-12);
}

TEST(Ldam, HasMarginsByTheFourthRootOfTheCounts) {
  const std::vector<double> margins = ldam_margins(counts, 0.6, -0.25);
  EXPECT_NEAR(margins[0], 0.2, 1e-12);
  EXPECT_NEAR(margins[1], 0.3, 1e-12);
  EXPECT_NEAR(margins[2], 0.6, 1e-12);
}

TEST(Ldam, HasMarginsByAnotherPowerOfTheCountsIfTheSettingSaysSo) {
  EXPECT_EQ(ldam_margins(counts, 0.6, 0), (std::vector<double>{0.6, 0.6, 0.6}));
  torch::Tensor lowered = logits.clone();  // power -1/2: 0.6 / 9, 0.6 / 4 and 0.6
  lowered[0][2] -= 0.6;
  lowered[1][0] -= 0.6 / 9;
  lowered[2][1] -= 0.15;
  expect_equal(loss_of("ldam", {{"ldam.max_margin", 0.6}, {"ldam.power", -0.5}}, {1, 1, 1}, 30),
               cross_entropy(30 * lowered, targets));
}

TEST(Ldam, IsScaledCrossEntropyWithoutMargins) {
  expect_equal(loss_of("ldam", {{"ldam.max_margin", 0.0}}, {1, 1, 1}, 30), cross_entropy(30 * logits, targets));
}

TEST(Ldam, TakesTheMarginOffTheTrueClassOnly) {
  torch::Tensor lowered = logits.clone();
  lowered[0][2] -= 0.6;
  lowered[1][0] -= 0.2;
  lowered[2][1] -= 0.3;
  expect_equal(loss_of("ldam", {{"ldam.max_margin", 0.6}}, {1, 1, 1}, 30), cross_entropy(30 * lowered, targets));
}

TEST(LogitAdjusted, IsCrossEntropyOnEqualCounts) {
  expect_equal(loss_of("logit-adjusted", {}, {1, 1, 1}, 1, {7, 7, 7}), cross_entropy(logits, targets));
}

TEST(LogitAdjusted, IsBalancedSoftmaxWithTauOne) {
  const torch::Tensor weighted = logits.exp() * doubles({81, 16, 1});
  const torch::Tensor p = weighted.gather(1, targets.unsqueeze(1)).squeeze(1) / weighted.sum(1);
  expect_equal(loss_of("logit-adjusted"), -p.log());
}

TEST(LogitAdjusted, IsCrossEntropyWithTauZero) {
  expect_equal(loss_of("logit-adjusted", {{"logit_adjustment.tau", 0.0}}), cross_entropy(logits, targets));
}

TEST(LabelAwareSmoothing, IsCrossEntropyWithoutSmoothing) {
  expect_equal(loss_of("label-aware-smoothing", {{"smoothing.head", 0.0}}), cross_entropy(logits, targets));
}

TEST(LabelAwareSmoothing, SmoothsFrequentClassesMore) {
  const std::vector<double> factors = smoothing_factors({101, 51, 1}, 0.4, 0.1, settings::SmoothingForm::concave);
  EXPECT_NEAR(factors[0], 0.4, 1e-12);
  EXPECT_NEAR(factors[1], 0.1 + 0.3 * std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(factors[2], 0.1, 1e-12);
  EXPECT_EQ(smoothing_factors({5, 5}, 0.4, 0.1, settings::SmoothingForm::concave), (std::vector<double>{0.4, 0.4}));
  // Of three equal logits every probability is a third, whatever the label.
  EXPECT_NEAR(loss_of("label-aware-smoothing")[1].item<double>(), std::log(3.0), 1e-12);
  // The rarest class is not smoothed with tail 0.
  EXPECT_NEAR(loss_of("label-aware-smoothing")[0].item<double>(), cross_entropy(logits, targets)[0].item<double>(),
              1e-12);
}

TEST(LabelAwareSmoothing, RisesAlongALineOrFastLastIfTheSettingSaysSo) {
  // A third of the way: sin(pi / 6) = 1/2, 1/3, and 1 - cos(pi / 6).
  const auto middle = [](settings::SmoothingForm form) {
    const std::vector<double> factors = smoothing_factors({31, 11, 1}, 0.4, 0.1, form);
    EXPECT_NEAR(factors[0], 0.4, 1e-12);
    EXPECT_NEAR(factors[2], 0.1, 1e-12);
    return factors[1];
  };
  EXPECT_NEAR(middle(settings::SmoothingForm::concave), 0.1 + 0.3 / 2, 1e-12);
  EXPECT_NEAR(middle(settings::SmoothingForm::linear), 0.1 + 0.3 / 3, 1e-12);
  EXPECT_NEAR(middle(settings::SmoothingForm::convex), 0.1 + 0.3 * (1 - std::sqrt(3.0) / 2), 1e-12);
  // The class of the middle count is smoothed by 0.4 (1 - cos(15/80 pi/2)), of log p alone.
  const double factor = 0.4 * (1 - std::cos(15.0 / 80 * std::acos(0.0)));
  const torch::Tensor log_p = torch::log_softmax(logits[2], 0);
  EXPECT_NEAR(
      loss_of("label-aware-smoothing", {{"smoothing.head", 0.4}, {"smoothing.form", "convex"}})[2].item<double>(),
      (-(1 - factor) * log_p[1] - factor * log_p.mean()).item<double>(), 1e-12);
}

TEST(MakeClassWeights, AreOneForNone) {
  settings::LossSettings settings;
  settings.effective_beta = 0.9;
  settings.generalised_rho = 0.5;
  const auto weights = [&](settings::ClassWeights kind) { return make_class_weights(kind, settings, {8, 2}); };
  EXPECT_EQ(weights(settings::ClassWeights::none), (std::vector<double>{1, 1}));
  EXPECT_EQ(weights(settings::ClassWeights::inverse), inverse_weights({8, 2}));
  EXPECT_EQ(weights(settings::ClassWeights::effective), effective_number_weights({8, 2}, 0.9));
  EXPECT_EQ(weights(settings::ClassWeights::generalised), generalised_weights({8, 2}, 0.5));
}

TEST(CbFocal, IsTheFocalLossOfCrossEntropiesWithEffectiveNumberWeights) {
  const Config config = settings::resolve(Config(Json{{"method", "CB-Focal"}, {"focal.gamma", 2.0}}));
  const std::vector<double> weights = effective_number_weights(counts, 0.999);
  const torch::Tensor weighted = doubles({weights[2], weights[0], weights[1]}) * cross_entropy(logits, targets);
  expect_equal(make_loss(config, counts, weights, 1)(logits, targets), (1 - (-weighted).exp()).pow(2) * weighted);
}

/// Compares the gradient of each loss with central differences of its sum.
TEST(EveryLoss, HasTheGradientOfItsValues) {
  constexpr double step = 1e-6;
  for (const std::string& name : settings::row_of("recipe.loss").choices) {
    const auto sum = [&](const torch::Tensor& outputs) {
      Config config(Json{{"method", "ERM"}, {"recipe.loss", name}});
      return make_loss(settings::resolve(config), counts, {1, 2, 3}, 2)(outputs, targets).sum();
    };
    torch::Tensor outputs = logits.clone().requires_grad_(true);
    sum(outputs).backward();
    for (int i = 0; i < logits.numel(); ++i) {
      torch::Tensor above = logits.clone(), below = logits.clone();
      above.view({-1})[i] += step;
      below.view({-1})[i] -= step;
      const double expected = (sum(above) - sum(below)).item<double>() / (2 * step);
      EXPECT_NEAR(outputs.grad().view({-1})[i].item<double>(), expected, 1e-7) << name << " " << i;
    }
  }
}

TEST(EveryLoss, HasAFiniteGradient) {
  for (const std::string& name : settings::row_of("recipe.loss").choices) {
    Config config;
    config.set("method", "ERM");
    config.set("recipe.loss", name);
    config = settings::resolve(config);
    torch::Tensor outputs = logits.clone().requires_grad_(true);
    make_loss(config, counts, {1, 2, 3}, 30)(outputs, targets).sum().backward();
    EXPECT_TRUE(outputs.grad().isfinite().all().item<bool>()) << name;
    EXPECT_GT(outputs.grad().abs().max().item<double>(), 0) << name;
  }
}

}  // namespace
}  // namespace m2m::methods
