// Passes of a step that run fused, in emulated blocks, beside autograd in bfloat16 and in float64.
#include "nn/fused_training.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "methods/batch_loss.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"
#include "settings/resolve.hpp"
#include "support/fused_learner.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {
namespace {

using testing::distance;
using testing::expect_as_near;
using testing::fused_learner;
using testing::Learner;
using testing::LearnerSettings;
using testing::learnt_batch;
using testing::plain_loss;

LearnerSettings in_float64(LearnerSettings settings) {
  settings.bfloat16 = false;
  return settings;
}

/// One pass in float64, in bfloat16 by autograd, and fused.
struct Passes {
  Passes(const LearnerSettings& settings, const methods::LossFn& loss, const methods::Batch& batch)
      : exact(in_float64(settings)), cpu(settings), fused(fused_learner(settings)) {
    of_exact = exact.run(loss, batch);
    of_cpu = cpu.run(loss, batch);
    of_fused = fused->run(loss, batch);
  }

  Learner exact, cpu;
  std::unique_ptr<Learner> fused;
  StepPass::Result of_exact, of_cpu, of_fused;
};

/// The gradients of all parameters with that many dimensions, [n].
torch::Tensor gradients(const Learner& learner, std::int64_t dimensions) {
  std::vector<torch::Tensor> all;
  for (const torch::Tensor& parameter : learner.network->parameters()) {
    if (parameter.dim() == dimensions) all.push_back(parameter.grad().flatten());
  }
  return torch::cat(all);
}

void expect_near(Passes& passes) {
  Learner &exact = passes.exact, &cpu = passes.cpu, &fused = *passes.fused;
  expect_as_near(passes.of_fused.losses, passes.of_cpu.losses, passes.of_exact.losses, 0.002, "losses");
  expect_as_near(passes.of_fused.outputs, passes.of_cpu.outputs, passes.of_exact.outputs, 0.002, "outputs");
  expect_as_near(fused.statistics(), cpu.statistics(), exact.statistics(), 1e-4, "statistics");
  const auto of_cpu = cpu.network->named_parameters(), of_exact = exact.network->named_parameters();
  for (const auto& item : fused.network->named_parameters()) {
    if (item.value().dim() < 2) continue;
    expect_as_near(item.value().grad(), of_cpu[item.key()].grad(), of_exact[item.key()].grad(), 0.01, item.key());
  }
  // Each batch norm has few numbers, which a single ReLU can move.
  expect_as_near(gradients(fused, 1), gradients(cpu, 1), gradients(exact, 1), 0.01, "batch norm");
}

TEST(FusedTraining, GivesTheGradientsOfAutogradForEitherHeadAndEitherFormatOfWeights) {
  for (const settings::HeadKind head : {settings::HeadKind::linear, settings::HeadKind::cosine}) {
    for (const at::MemoryFormat format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      SCOPED_TRACE(format);
      Passes passes({.head = head, .format = format}, plain_loss(), learnt_batch(3));
      expect_near(passes);
    }
  }
}

TEST(FusedTraining, LearnsTheSameBitsInEitherFormatOfWeights) {
  const LearnerSettings settings{.network = "resnet8"};
  LearnerSettings of_last = settings;
  of_last.format = at::MemoryFormat::ChannelsLast;
  const auto first = fused_learner(settings), last = fused_learner(of_last);
  for (int step = 0; step < 2; ++step) {
    for (Learner* learner : {first.get(), last.get()}) {
      learner->run(plain_loss(), learnt_batch(2));
      learner->sgd->update(0.1);
    }
  }
  const auto of_first = first->network->named_parameters();
  for (const auto& item : last->network->named_parameters()) {
    EXPECT_EQ(item.value().dim() == 4, !item.value().is_contiguous()) << item.key();
    EXPECT_TRUE(torch::equal(item.value(), of_first[item.key()])) << item.key();
  }
  EXPECT_TRUE(torch::equal(first->statistics(), last->statistics()));
}

TEST(FusedTraining, TakesClassWeightsAndLade) {
  const ClassCounts counts{500, 300, 200, 100, 80, 60, 40, 20, 10, 5};
  const Config lade = settings::resolve(Config(Json{{"method", "LADE"}}));
  const methods::BatchLossFn of_batch = methods::make_batch_loss(lade, counts, 1);
  ASSERT_TRUE(of_batch);
  const methods::LossFn of_lade = methods::make_loss(lade, counts, std::vector<double>(counts.size(), 1), 1);
  const methods::LossFn weighted = methods::weigh_classes(plain_loss(), {0.1, 0.2, 0.3, 0.4, 0.6, 1, 2, 3, 4, 5});
  Passes of_weights({}, weighted, learnt_batch(2));
  expect_near(of_weights);
  LearnerSettings settings;
  settings.term = [&](const torch::Tensor& outputs, const torch::Tensor& labels) {
    return of_batch(outputs, labels, [](const torch::Tensor& own) { return own.unsqueeze(0); });
  };
  Passes of_term(settings, of_lade, learnt_batch(3));
  expect_near(of_term);
}

TEST(FusedTraining, TakesMixedLabelsAndCloudsOfLogits) {
  methods::Batch batch = learnt_batch(2);
  batch.partner_labels = torch::tensor({5, 6}, torch::kInt64);
  batch.label_shares = torch::tensor({0.7F, 0.4F});
  batch.clouds = 0.1 * torch::rand({2, testing::learnt_classes});
  Passes passes({}, plain_loss(), batch);
  expect_near(passes);
}

TEST(FusedTraining, LearnsAsAutogradInTenSteps) {
  constexpr int steps = 10;
  constexpr double rate = 0.01;
  Learner exact(in_float64({})), cpu({});
  const auto fused = fused_learner({});
  const torch::Tensor start = exact.sgd->weight().clone();
  const methods::Batch batch = learnt_batch(3);
  const auto learn = [&](Learner& learner) {
    std::vector<torch::Tensor> losses;
    for (int step = 0; step < steps; ++step) {
      losses.push_back(learner.run(plain_loss(), batch).losses);
      learner.sgd->update(rate);
    }
    return torch::stack(losses);
  };
  const torch::Tensor of_exact = learn(exact), of_cpu = learn(cpu), of_fused = learn(*fused);
  EXPECT_LT(of_exact[steps - 1].mean().item<double>(), 0.5 * of_exact[0].mean().item<double>());  // it learns
  expect_as_near(of_fused, of_cpu, of_exact, 0.01, "losses");
  expect_as_near(fused->sgd->weight() - start, cpu.sgd->weight() - start, exact.sgd->weight() - start, 0.02,
                 "weights");
  expect_as_near(fused->statistics(), cpu.statistics(), exact.statistics(), 0.005, "statistics");
}

TEST(FusedTraining, AddsItsGradientsToThoseOfThePassBefore) {
  const auto learner = fused_learner({});
  RunningStatistics statistics(*learner->network);
  const methods::Batch batch = learnt_batch(1);
  statistics.save();
  learner->run(plain_loss(), batch);
  const torch::Tensor once = learner->sgd->gradient().clone();
  statistics.restore();  // sums are taken around the running mean, so their last bits depend on it
  learner->run(plain_loss(), batch);
  EXPECT_TRUE(torch::equal(learner->sgd->gradient(), 2 * once));
}

TEST(FusedTraining, GivesTheSameBitsAfterABatchOfAnotherSize) {
  const auto learner = fused_learner({});
  RunningStatistics statistics(*learner->network);
  statistics.save();
  std::vector<torch::Tensor> gradients;
  for (const int n : {1, 2, 1}) {
    statistics.restore();
    learner->run(plain_loss(), learnt_batch(n));
    gradients.push_back(learner->sgd->gradient().clone());
    learner->sgd->gradient().zero_();
  }
  EXPECT_TRUE(torch::equal(gradients[0], gradients[2]));
  EXPECT_FALSE(torch::equal(gradients[0], gradients[1]));
}

TEST(FusedTraining, IsRecordedWithItsLossAndItsHead) {
  std::vector<torch::Tensor> weights;
  for (const bool recorded : {false, true}) {
    const auto learner = fused_learner({.head = settings::HeadKind::cosine, .recorded = recorded});
    for (int step = 0; step < 3; ++step) {  // the second one is recorded, the third one replays it
      learner->run(plain_loss(), learnt_batch(1));
      learner->sgd->update(0.01);
    }
    EXPECT_EQ(learner->pass->recordings(), recorded ? 1 : 0);
    weights.push_back(learner->sgd->weight().clone());
  }
  EXPECT_TRUE(torch::equal(weights[0], weights[1]));
}

TEST(FusedTraining, LeavesTheStepsOfSeveralRanksAndOfNoiseToOperations) {
  TrialSettings settings;
  settings::Recipe plain, with_noise;
  with_noise.noise_images = settings::NoiseImages::open;
  EXPECT_EQ(unfused_steps_reason(settings, with_noise, 2), "");
  settings.fused = true;
  EXPECT_EQ(unfused_steps_reason(settings, plain, 1), "");
  EXPECT_NE(unfused_steps_reason(settings, plain, 2), "");
  EXPECT_NE(unfused_steps_reason(settings, with_noise, 1), "");
}

TEST(FusedTraining, IsNamedInARecordWithThePartsThatAreFused) {
  TrialSettings settings;
  const Config plain = settings::resolve(Config(Json{{"method", "ERM"}}));
  const Config translating = settings::resolve(Config(Json{{"method", "M2m"}}));
  const Config augmented = settings::resolve(Config(Json{{"method", "M2m"}, {"augment.cutout", 16}}));
  const Config of_seeds = settings::resolve(Config(Json{{"method", "M2m"}, {"m2m.image", "clean-coin"}}));
  EXPECT_EQ(executor_name(settings, translating, 1), "eager");
  settings.graphed = true;
  EXPECT_EQ(executor_name(settings, translating, 1), "graph");
  settings.fused = true;
  EXPECT_EQ(executor_name(settings, plain, 1), "fused");
  EXPECT_EQ(executor_name(settings, plain, 2), "fused evaluation");
  EXPECT_EQ(executor_name(settings, translating, 1), "fused");
  EXPECT_EQ(executor_name(settings, translating, 2), "fused translations");
  EXPECT_EQ(executor_name(settings, augmented, 1), "fused steps");
  EXPECT_EQ(executor_name(settings, augmented, 2), "fused evaluation");
  EXPECT_EQ(executor_name(settings, of_seeds, 1), "fused");
  EXPECT_EQ(executor_name(settings, of_seeds, 2), "fused evaluation");
}

TEST(FusedTraining, KeepsWhatIsNotANumber) {
  const auto learner = fused_learner({});
  const torch::NoGradGuard no_gradient;
  learner->network->parameters().front().view(-1)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(learner->outputs(learnt_batch(1).images).isnan().all().item<bool>());
}

}  // namespace
}  // namespace m2m::train
