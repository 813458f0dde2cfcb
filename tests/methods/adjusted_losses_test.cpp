// The vector-scaling loss, LADE's loss of samples, and the noise of the Gaussian-clouded one.
#include <gtest/gtest.h>

#include <algorithm>

#include "methods/losses.hpp"
#include "settings/resolve.hpp"

namespace m2m::methods {
namespace {

const ClassCounts counts = {81, 16, 1};

torch::Tensor doubles(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); }

const torch::Tensor logits = doubles({1, 2, 4, 0, 0, 0, -1, 3, 0.5}).view({3, 3});
const torch::Tensor targets = torch::tensor({2, 0, 1}, torch::kInt64);

torch::Tensor loss_of(const std::string& name, Json given = Json::object(),
                      const std::vector<double>& weights = {1, 1, 1}, double scale = 1,
                      const ClassCounts& of = counts) {
  given.update({{"method", "ERM"}, {"recipe.loss", name}});
  return make_loss(settings::resolve(Config(given)), of, weights, scale)(logits, targets);
}

void expect_equal(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-12) << a << b;
}

TEST(VectorScaling, MultipliesAndShiftsTheLogitOfEachClass) {
  // Powers 1/4 of 1, 16/81 and 1/81; half of the log of 81/98, 16/98 and 1/98.
  const torch::Tensor adjusted =
      doubles({1, 2.0 / 3, 1.0 / 3}) * logits + 0.5 * doubles({81.0 / 98, 16.0 / 98, 1.0 / 98}).log();
  expect_equal(loss_of("vector-scaling", {{"vs.gamma", 0.25}, {"vs.tau", 0.5}}), cross_entropy(adjusted, targets));
}

TEST(VectorScaling, IsTheLogitAdjustedLossWithGammaZero) {
  for (const double tau : {0.0, 1.0, 1.5}) {
    expect_equal(loss_of("vector-scaling", {{"vs.gamma", 0.0}, {"vs.tau", tau}}, {1, 2, 3}, 30),
                 loss_of("logit-adjusted", {{"logit_adjustment.tau", tau}}, {1, 2, 3}, 30));
  }
}

TEST(VectorScaling, DividesByATemperaturePerClassWithTauZero) {
  const torch::Tensor temperatures = doubles({1, 1.5, 3});  // (81 / N_k)^(1/4)
  expect_equal(loss_of("vector-scaling", {{"vs.gamma", 0.25}, {"vs.tau", 0.0}}),
               cross_entropy(logits / temperatures, targets));
  expect_equal(loss_of("vector-scaling", {{"vs.gamma", 0.0}, {"vs.tau", 0.0}}), cross_entropy(logits, targets));
}

TEST(VectorScaling, IsCrossEntropyOnEqualCounts) {
  expect_equal(loss_of("vector-scaling", {}, {1, 1, 1}, 1, {7, 7, 7}), cross_entropy(logits, targets));
}

TEST(VectorScaling, MultipliesTheGradientOfARareClassByItsFactor) {
  const auto gradient = [](double gamma) {
    const Config config = settings::resolve(Config(Json{{"method", "CDT"}, {"vs.gamma", gamma}}));
    torch::Tensor outputs = torch::zeros({1, 3}, torch::kFloat64).requires_grad_(true);
    make_loss(config, counts, {1, 1, 1}, 1)(outputs, torch::tensor({2}, torch::kInt64)).sum().backward();
    return outputs.grad()[0][2].item<double>();
  };
  EXPECT_NEAR(gradient(0), -2.0 / 3, 1e-12);
  EXPECT_NEAR(gradient(0.25), -2.0 / 9, 1e-12);
}

TEST(Lade, HasTheLossesOfBalancedSoftmax) {
  expect_equal(loss_of("lade", {}, {1, 2, 3}, 30),
               loss_of("logit-adjusted", {{"logit_adjustment.tau", 1.0}}, {1, 2, 3}, 30));
}

TEST(GaussianClouded, IsCrossEntropyOfScaledCosinesOnceTheCloudsAreTakenOff) {
  expect_equal(loss_of("gaussian-clouded", {}, {1, 2, 3}, 30),
               doubles({3, 1, 2}) * cross_entropy(30 * logits, targets));
}

TEST(Clouds, AreLargestForTheRarestClassAndMissingForTheMostFrequent) {
  const std::vector<double> sizes = cloud_sizes({81, 9, 1}, 0.6);
  EXPECT_EQ(sizes[0], 0);
  EXPECT_NEAR(sizes[1], 0.3, 1e-12);
  EXPECT_NEAR(sizes[2], 0.6, 1e-12);
  EXPECT_EQ(cloud_sizes({5, 5}, 0.6), (std::vector<double>{0, 0}));
  EXPECT_EQ(cloud_sizes({81, 9, 1}, 0), (std::vector<double>{0, 0, 0}));
}

TEST(Clouds, LowerByTheAmountOfANormalNumberCutAtThreeDeviations) {
  constexpr int n = 20000;
  const std::vector<double> sizes = {0, 2};
  std::vector<float> cloud(2);
  double sum = 0, squares = 0;
  float lowest = 2, highest = 0;
  for (int slot = 0; slot < n; ++slot) {
    draw_clouds({5, SeedRole::plan}, 1, 2, slot, sizes, cloud);
    ASSERT_EQ(cloud[0], 0);
    sum += cloud[1];
    squares += double{cloud[1]} * cloud[1];
    lowest = std::min(lowest, cloud[1]);
    highest = std::max(highest, cloud[1]);
  }
  // |e| of e with deviation 2/3: mean 2/3 sqrt(2 / pi), mean square 4/9; the cut takes less than 0.002 off.
  EXPECT_NEAR(sum / n, 0.532, 0.01);
  EXPECT_NEAR(squares / n, 0.443, 0.015);
  EXPECT_GE(lowest, 0);
  EXPECT_EQ(highest, 2) << "54 of 20,000 numbers lie beyond three deviations";
}

TEST(Clouds, DependOnEpochStepAndSlot) {
  const auto draw = [](int epoch, std::int64_t step, std::int32_t slot) {
    std::vector<float> cloud(3);
    draw_clouds({5, SeedRole::plan}, epoch, step, slot, {1, 1, 1}, cloud);
    return cloud;
  };
  EXPECT_EQ(draw(1, 2, 3), draw(1, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(2, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 3, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 2, 4));
}

}  // namespace
}  // namespace m2m::methods
