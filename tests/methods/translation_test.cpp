#include "methods/translation.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

#include "methods/losses.hpp"
#include "support/planned_step.hpp"

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

TEST(StepwiseTranslator, TranslatesTheSameFromARecordingForAnyNumberOfImages) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  const TranslationWork work = x.work(x.batch());
  const torch::Tensor seeds = x.context().gather(work.seeds);
  ASSERT_GE(seeds.size(0), 11);
  for (const std::int64_t count : {5, 8, 5, 3, 1, 8, 5, 11}) {  // each bucket is first recorded, then replayed
    const auto some = [&](const torch::Tensor& rows) { return rows.narrow(0, 0, count); };
    const torch::Tensor plain =
        translate(*x.f, *x.g, some(seeds), some(work.seed_classes), some(work.targets), count + 3, x.m2m);
    TranslationWork some_work = work;
    some_work.seed_classes = some(work.seed_classes);
    some_work.targets = some(work.targets);
    some_work.n = count + 3;
    const torch::Tensor got = recorded.steps(x.context(), some_work, some(seeds));
    ASSERT_EQ(got.sizes(), plain.sizes());
    EXPECT_TRUE(torch::allclose(got, plain, 1e-12, 1e-12)) << count;
  }
}

TEST(StepwiseTranslator, GivesTheSameProbabilityFromARecordingForAnyNumberOfImages) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  const TranslationWork work = x.work(x.batch());
  const torch::Tensor seeds = x.context().gather(work.seeds);
  for (const std::int64_t count : {5, 8, 5, 3, 11, 8, 11}) {
    const torch::Tensor images = seeds.narrow(0, 0, count), targets = work.targets.narrow(0, 0, count);
    const torch::Tensor got = recorded.probability(*x.g, images, targets);
    EXPECT_TRUE(torch::allclose(got, target_probability(*x.g, images, targets), 1e-12, 1e-12)) << count;
  }
}

TEST(StepwiseTranslator, FollowsAnFThatHasChanged) {
  testing::PlannedStep x;
  StepwiseTranslator recorded(x.m2m, true);
  TranslationWork work = x.work(x.batch());
  work.n = 64;
  const torch::Tensor seeds = x.context().gather(work.seeds);
  const auto translated = [&] { return recorded.steps(x.context(), work, seeds); };
  translated();
  const torch::Tensor before = translated();
  {
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : x.f_network->parameters()) parameter.mul_(1.5);
  }
  x.f->refresh();
  const torch::Tensor after = translated();
  EXPECT_FALSE(torch::allclose(before, after));
  EXPECT_TRUE(torch::allclose(after, translate(*x.f, *x.g, seeds, work.seed_classes, work.targets, 64, x.m2m)));
}

}  // namespace
}  // namespace m2m::methods
