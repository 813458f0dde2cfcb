#include "methods/translation.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "methods/losses.hpp"

namespace m2m::methods {
namespace {

std::shared_ptr<nn::Network> network(std::uint32_t seed) {
  auto made = nn::make_network({"resnet8", 4, 1, 8, 8, {0.5}, {0.25}});
  nn::initialise(*made, {seed, SeedRole::init});
  made->to(torch::kFloat64);
  made->eval();
  return made;
}

struct Fixture {
  std::shared_ptr<nn::Network> f_network = network(1), g_network = network(2);
  std::unique_ptr<nn::FrozenNetwork> f = f_network->freeze(), g = g_network->freeze();
  torch::Tensor start = torch::rand({5, 1, 8, 8}, torch::kFloat64);
  torch::Tensor seeds = torch::zeros({5}, torch::kInt64);
  torch::Tensor targets = torch::tensor({1, 2, 3, 1, 2}, torch::kInt64);
};

TEST(Translate, TakesNormalisedStepsAgainstTheGradientOfTheLossOfItsDefinition) {
  Fixture x;
  torch::Tensor image = x.start.clone().requires_grad_(true);
  const torch::Tensor loss = (cross_entropy(x.g_network->forward(image), x.targets).sum() +
                              0.5 * x.f_network->forward(image).select(1, 0).sum()) /
                             7;
  const torch::Tensor gradient = torch::autograd::grad({loss}, {image})[0];
  const torch::Tensor norm = gradient.flatten(1).norm(2, 1).view({5, 1, 1, 1});
  const torch::Tensor expected = (x.start - 0.1 * gradient / (norm + 1e-10)).clamp(0, 1);
  const torch::Tensor got = translate(*x.f, *x.g, x.start, x.seeds, x.targets, 7, {.steps = 1});
  EXPECT_TRUE(torch::allclose(got, expected, 1e-12, 1e-12));
}

TEST(Translate, MakesGSurerOfTheTarget) {
  Fixture x;
  const torch::Tensor before = target_probability(*x.g, x.start, x.targets);
  const torch::Tensor after =
      target_probability(*x.g, translate(*x.f, *x.g, x.start, x.seeds, x.targets, 5, {.lambda = 0}), x.targets);
  EXPECT_TRUE((after > before).all().item<bool>());
}

TEST(Translate, StaysAmongPixels) {
  Fixture x;
  const torch::Tensor got = translate(*x.f, *x.g, x.start, x.seeds, x.targets, 5, {.step_size = 5});
  EXPECT_GE(got.min().item<double>(), 0);
  EXPECT_LE(got.max().item<double>(), 1);
}

/// A network that fails the test on each call.
class Unused : public nn::FrozenNetwork {
 public:
  using nn::FrozenNetwork::FrozenNetwork;
  torch::Tensor features(const torch::Tensor& pixels) override { return called(pixels); }

 protected:
  void refresh_features() override { ADD_FAILURE() << "refreshed"; }
  torch::Tensor features_for_gradient(const torch::Tensor& pixels) override { return called(pixels); }
  torch::Tensor features_backward(const torch::Tensor& gradient) override { return called(gradient); }

 private:
  torch::Tensor called(const torch::Tensor& x) {
    ADD_FAILURE() << "called";
    return x;
  }
};

TEST(Translate, WithLambdaZeroNeverCallsF) {
  Fixture x;
  Unused f(*x.f_network);
  translate(f, *x.g, x.start, x.seeds, x.targets, 5, {.lambda = 0});
}

TEST(Translate, LeavesItsStartUnchanged) {
  Fixture x;
  const torch::Tensor before = x.start.clone();
  translate(*x.f, *x.g, x.start, x.seeds, x.targets, 5, {});
  EXPECT_TRUE(torch::equal(x.start, before));
}

TEST(Translate, DoesNotDependOnTheOtherImages) {
  Fixture x;
  const torch::Tensor all = translate(*x.f, *x.g, x.start, x.seeds, x.targets, 5, {});
  const torch::Tensor some =
      translate(*x.f, *x.g, x.start.narrow(0, 1, 2), x.seeds.narrow(0, 1, 2), x.targets.narrow(0, 1, 2), 5, {});
  EXPECT_TRUE(torch::allclose(all.narrow(0, 1, 2), some, 1e-6, 1e-6));
}

TEST(PassesGamma, IsAProbabilityFloorInTheCodesTestAndALossCeilingInThePapers) {
  const torch::Tensor p = torch::tensor({0.3, 0.42, 0.89, 0.9, 0.99}, torch::kFloat64);
  const auto passes = [&](settings::GammaTest test, double gamma) {
    return passes_gamma(p, {.gamma = gamma, .gamma_test = test}).sum().item<int>();
  };
  EXPECT_EQ(passes(settings::GammaTest::probability, 0.9), 2);
  EXPECT_EQ(passes(settings::GammaTest::probability, 0.99), 1);    // stricter
  EXPECT_EQ(passes(settings::GammaTest::cross_entropy, 0.9), 4);   // p > exp(-0.9) = 0.4066
  EXPECT_EQ(passes(settings::GammaTest::cross_entropy, 0.99), 4);  // looser: p > 0.3716
}

}  // namespace
}  // namespace m2m::methods
