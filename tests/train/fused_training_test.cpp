#include "nn/fused_training.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "methods/losses.hpp"
#include "methods/mixing.hpp"
#include "nn/device.hpp"
#include "settings/resolve.hpp"
#include "support/emulated_training_kernels.hpp"
#include "support/test_device.hpp"
#include "train/sgd.hpp"
#include "train/step_pass.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {
namespace {

constexpr int classes = 10;

/// A network in training with its pass and its optimiser.
struct Learner {
  /// Like all others of that name: in float64 by libtorch, or in float32 with convolutions in bfloat16.
  Learner(const std::string& name, settings::HeadKind head, bool bfloat16, torch::Device device = torch::kCPU) {
    nn::NetworkSpec spec{
        name, classes, 3, 32, 32, {0.49, 0.48, 0.45}, {0.20, 0.21, 0.22}, bfloat16, bfloat16 ? "plain" : "torch"};
    spec.head = head;
    network = std::dynamic_pointer_cast<nn::ResNet>(nn::make_network(spec));
    nn::initialise(*network, {1, SeedRole::init});
    network->to(device, bfloat16 ? torch::kFloat32 : torch::kFloat64);
    network->train();
    sgd = std::make_unique<Sgd>(*network, SgdRule{});
    pass = std::make_unique<AutogradStepPass>([this](const methods::Batch& batch) { return outputs(batch.images); },
                                              AutogradStepPass::BatchTerm{}, false);
  }

  torch::Tensor outputs(const torch::Tensor& images) {
    if (fused == nullptr) return network->forward(images.to(network->head().weight.scalar_type()));
    return network->head().forward(fused->features(images));
  }
  StepPass::Result run(const methods::LossFn& loss, const methods::Batch& batch) {
    return (*pass)(loss, batch, static_cast<std::size_t>(batch.images.size(0)), nullptr, {0, 0});
  }
  /// All running statistics, [n].
  torch::Tensor statistics() const {
    std::vector<torch::Tensor> all;
    for (const auto& buffer : network->named_buffers()) {
      if (buffer.value().dim() == 1) all.push_back(buffer.value().to(torch::kFloat64));
    }
    return torch::cat(all);
  }

  std::shared_ptr<nn::ResNet> network;
  std::unique_ptr<Sgd> sgd;
  std::unique_ptr<nn::FusedTraining> fused;  // null: by autograd
  std::unique_ptr<StepPass> pass;
};

std::unique_ptr<Learner> fused_learner(const std::string& name, settings::HeadKind head) {
  auto learner = std::make_unique<Learner>(name, head, true);
  learner->fused =
      std::make_unique<nn::FusedTraining>(*learner->network, std::make_unique<testing::EmulatedTrainingKernels>());
  return learner;
}

/// Random images, in and out of [0, 1], with labels; the same every time.
methods::Batch batch_of(int n) {
  torch::manual_seed(4);
  const torch::Tensor images = 1.2 * torch::rand({n, 3, 32, 32}) - 0.1;
  return {images, torch::arange(n, torch::kInt64) * 3 % classes, {}};
}

/// |a - b| / |b|.
double distance(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor to = b.to(torch::kFloat64);
  return ((a.to(torch::kFloat64) - to).norm() / to.norm()).item<double>();
}

/// One pass in float64, in bfloat16 by autograd, and fused.
struct Passes {
  Passes(const std::string& name, settings::HeadKind head, const methods::LossFn& loss, const methods::Batch& batch)
      : exact(name, head, false), cpu(name, head, true), fused(fused_learner(name, head)) {
    of_exact = exact.run(loss, batch);
    of_cpu = cpu.run(loss, batch);
    of_fused = fused->run(loss, batch);
  }

  Learner exact, cpu;
  std::unique_ptr<Learner> fused;
  StepPass::Result of_exact, of_cpu, of_fused;
};

/// Whether the fused pass is as near to float64 as the other one in bfloat16, up to `slack`.
void expect_as_near(const torch::Tensor& fused, const torch::Tensor& cpu, const torch::Tensor& exact, double slack,
                    const std::string& what) {
  EXPECT_LT(distance(fused, exact), 1.5 * distance(cpu, exact) + slack) << what;
}

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

TEST(FusedTraining, GivesTheGradientsOfAutogradForEitherHead) {
  for (const settings::HeadKind head : {settings::HeadKind::linear, settings::HeadKind::cosine}) {
    Passes passes("resnet20", head, methods::cross_entropy, batch_of(3));
    expect_near(passes);
  }
}

TEST(FusedTraining, TakesMixedLabelsAndCloudsOfLogits) {
  methods::Batch batch = batch_of(2);
  batch.partner_labels = torch::tensor({5, 6}, torch::kInt64);
  batch.label_shares = torch::tensor({0.7F, 0.4F});
  batch.clouds = 0.1 * torch::rand({2, classes});
  Passes passes("resnet20", settings::HeadKind::linear, methods::cross_entropy, batch);
  expect_near(passes);
}

TEST(FusedTraining, LearnsAsAutogradInTenSteps) {
  constexpr int steps = 10;
  constexpr double rate = 0.01;
  Learner exact("resnet20", settings::HeadKind::linear, false), cpu("resnet20", settings::HeadKind::linear, true);
  const auto fused = fused_learner("resnet20", settings::HeadKind::linear);
  const torch::Tensor start = exact.sgd->weight().clone();
  const methods::Batch batch = batch_of(3);
  const auto learn = [&](Learner& learner) {
    std::vector<torch::Tensor> losses;
    for (int step = 0; step < steps; ++step) {
      losses.push_back(learner.run(methods::cross_entropy, batch).losses);
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
  const auto learner = fused_learner("resnet20", settings::HeadKind::linear);
  RunningStatistics statistics(*learner->network);
  const methods::Batch batch = batch_of(1);
  statistics.save();
  learner->run(methods::cross_entropy, batch);
  const torch::Tensor once = learner->sgd->gradient().clone();
  statistics.restore();  // sums are taken around the running mean, so their last bits depend on it
  learner->run(methods::cross_entropy, batch);
  EXPECT_TRUE(torch::equal(learner->sgd->gradient(), 2 * once));
}

TEST(FusedTraining, GivesTheSameBitsAfterABatchOfAnotherSize) {
  const auto learner = fused_learner("resnet20", settings::HeadKind::linear);
  RunningStatistics statistics(*learner->network);
  statistics.save();
  std::vector<torch::Tensor> gradients;
  for (const int n : {1, 2, 1}) {
    statistics.restore();
    learner->run(methods::cross_entropy, batch_of(n));
    gradients.push_back(learner->sgd->gradient().clone());
    learner->sgd->gradient().zero_();
  }
  EXPECT_TRUE(torch::equal(gradients[0], gradients[2]));
  EXPECT_FALSE(torch::equal(gradients[0], gradients[1]));
}

TEST(FusedTraining, IsRecordedWithItsLossAndItsHead) {
  std::vector<torch::Tensor> weights;
  for (const bool recorded : {false, true}) {
    const auto learner = fused_learner("resnet20", settings::HeadKind::cosine);
    learner->pass = std::make_unique<AutogradStepPass>(
        [&](const methods::Batch& batch) { return learner->outputs(batch.images); }, AutogradStepPass::BatchTerm{},
        recorded);
    for (int step = 0; step < 2; ++step) {  // the second one is recorded
      learner->run(methods::cross_entropy, batch_of(1));
      learner->sgd->update(0.01);
    }
    weights.push_back(learner->sgd->weight().clone());
  }
  EXPECT_TRUE(torch::equal(weights[0], weights[1]));
}

TEST(FusedTrainingOnTheDevice, LiesAsNearToFloat64AsEmulatedBlocks) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  testing::use_own_stream();
  constexpr int n = 3;
  Learner exact("resnet20", settings::HeadKind::linear, false),
      on_device("resnet20", settings::HeadKind::linear, true, device);
  const auto emulated = fused_learner("resnet20", settings::HeadKind::linear);
  on_device.fused = std::make_unique<nn::FusedTraining>(*on_device.network, nn::make_training_kernels());
  methods::Batch batch = batch_of(n);
  exact.run(methods::cross_entropy, batch);
  const auto of_emulated = emulated->run(methods::cross_entropy, batch);
  batch.images = batch.images.to(device);
  batch.labels = batch.labels.to(device);
  const auto of_device = on_device.run(methods::cross_entropy, batch);
  EXPECT_LT(distance(of_device.outputs.cpu(), of_emulated.outputs), 0.005);
  expect_as_near(on_device.statistics().cpu(), emulated->statistics(), exact.statistics(), 1e-4, "statistics");
  expect_as_near(on_device.sgd->gradient().cpu(), emulated->sgd->gradient(), exact.sgd->gradient(), 0.01,
                 "gradient");
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

Config resolved_study(const Json& given) {
  Config config;
  for (const auto& [name, value] : given.items()) config.set(name, value);
  return settings::resolve(config);
}

TEST(FusedTraining, IsNamedInARecordWithThePartsThatAreFused) {
  TrialSettings settings;
  const Config plain = resolved_study({{"method", "ERM"}}), translating = resolved_study({{"method", "M2m"}});
  const Config augmented = resolved_study({{"method", "M2m"}, {"augment.cutout", 16}});
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
}

TEST(FusedTraining, KeepsWhatIsNotANumber) {
  const auto learner = fused_learner("resnet20", settings::HeadKind::linear);
  const torch::NoGradGuard no_gradient;
  learner->network->parameters().front().view(-1)[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(learner->outputs(batch_of(1).images).isnan().all().item<bool>());
}

/// Weights after three steps each of 150 and of 7 images, in turn.
torch::Tensor weights_of_run_on(torch::Device device, bool recorded) {
  Learner learner("resnet20", settings::HeadKind::linear, true, device);
  learner.fused = std::make_unique<nn::FusedTraining>(*learner.network, nn::make_training_kernels());
  learner.pass =
      std::make_unique<AutogradStepPass>([&](const methods::Batch& batch) { return learner.outputs(batch.images); },
                                         AutogradStepPass::BatchTerm{}, recorded);
  for (int step = 0; step < 6; ++step) {
    methods::Batch batch = batch_of(step % 2 == 0 ? 150 : 7);
    batch.images = batch.images.to(device);
    batch.labels = batch.labels.to(device);
    learner.run(methods::cross_entropy, batch);
    learner.sgd->update(0.01);
  }
  return learner.sgd->weight().cpu().clone();
}

TEST(FusedTrainingOnTheDevice, HasTheSameBitsRecorded) {
  const torch::Device device = testing::test_device();
  if (!device.is_cuda()) GTEST_SKIP() << "skipped: the kernels are for a GPU";
  const nn::StreamScope stream(device);  // steps are recorded on a stream of their own
  EXPECT_TRUE(torch::equal(weights_of_run_on(device, false), weights_of_run_on(device, true)));
}

}  // namespace
}  // namespace m2m::train
