// The pass of a step: the gradient and the losses that it reports, with a term over the batch and without.
#include "train/step_pass.hpp"

#include <gtest/gtest.h>
#include <torch/autograd.h>

namespace m2m::train {
namespace {

/// A batch whose outputs are its first pixels times a weight for each class.
struct LinearPass {
  torch::Tensor weight = torch::tensor({0.5, -1.0, 2.0}, torch::kFloat64).requires_grad_(true);
  methods::Batch batch{torch::tensor({1.0, 2.0, -1.0, 0.5}, torch::kFloat64).view({4, 1, 1, 1}),
                       torch::tensor({0, 2, 1, 1}, torch::kInt64),
                       {0, 1, 2, 3}};

  torch::Tensor outputs() const { return batch.images.view({4, 1}) * weight; }

  /// Runs a pass twice, so that a recorded one is replayed, and returns the result and the gradient of one of them.
  std::pair<StepPass::Result, torch::Tensor> run(const AutogradStepPass::BatchTerm& term, bool graphed) {
    AutogradStepPass pass(
        [this](const methods::Batch& of) {
          return of.images.view({4, 1}) * weight;
        },
        term, graphed);
    const methods::LossFn loss = methods::cross_entropy;
    weight.mutable_grad() = torch::zeros_like(weight);
    StepPass::Result result;
    for (int i = 0; i < 2; ++i) result = pass(loss, batch, /*slots=*/8, nullptr, {0, 0});
    EXPECT_EQ(pass.recordings(), graphed ? 1 : 0);
    return {result, weight.grad() / 2};
  }
};

torch::Tensor gradient_of(const torch::Tensor& value, const torch::Tensor& weight) {
  return torch::autograd::grad({value}, {weight}).front();
}

TEST(StepPass, DividesTheLossesByTheSlotsOfAllRanks) {
  for (const bool graphed : {false, true}) {
    LinearPass x;
    const auto [result, gradient] = x.run({}, graphed);
    const torch::Tensor losses = methods::cross_entropy(x.outputs(), x.batch.labels);
    EXPECT_TRUE(torch::allclose(result.losses, losses.detach(), 0, 1e-14));
    EXPECT_TRUE(torch::allclose(gradient, gradient_of(losses.sum() / 8, x.weight), 0, 1e-14));
  }
}

TEST(StepPass, AddsATermOverTheBatchOnceToTheGradientAndToEachLoss) {
  const auto term = [](const torch::Tensor& outputs, const torch::Tensor& labels) {
    return outputs.square().sum() * labels.sum();
  };
  for (const bool graphed : {false, true}) {
    LinearPass x;
    const auto [result, gradient] = x.run(term, graphed);
    const torch::Tensor losses = methods::cross_entropy(x.outputs(), x.batch.labels);
    const torch::Tensor of_batch = term(x.outputs(), x.batch.labels);
    EXPECT_TRUE(torch::allclose(result.losses, (losses + of_batch).detach(), 0, 1e-12));
    EXPECT_TRUE(torch::allclose(gradient, gradient_of(losses.sum() / 8 + of_batch, x.weight), 0, 1e-12));
  }
}

TEST(StepPass, RecordsEachLossAndBatchSizeAtItsSecondPassAndNoNoise) {
  const torch::Tensor weight = torch::ones({1, 3}).requires_grad_(true);
  AutogradStepPass pass(
      [&](const methods::Batch& of) {
        return torch::matmul(of.images.view({-1, 1}), weight);
      },
      {}, true);
  const methods::LossFn loss = methods::cross_entropy, other_loss = methods::cross_entropy;
  const auto recordings_after = [&](const methods::LossFn& of, const methods::Batch& batch) {
    pass(of, batch, /*slots=*/8, nullptr, {0, 0});
    return pass.recordings();
  };
  const methods::Batch two{torch::ones({2, 1, 1, 1}), torch::zeros({2}, torch::kInt64), {}},
      one{torch::ones({1, 1, 1, 1}), torch::zeros({1}, torch::kInt64), {}};
  methods::Batch with_noise = one;
  with_noise.first_noise = 0;
  EXPECT_EQ(recordings_after(loss, two), 0);
  EXPECT_EQ(recordings_after(loss, two), 1);
  EXPECT_EQ(recordings_after(loss, two), 1);
  EXPECT_EQ(recordings_after(other_loss, two), 1);
  EXPECT_EQ(recordings_after(other_loss, two), 2);
  EXPECT_EQ(recordings_after(loss, with_noise), 2);
  EXPECT_EQ(recordings_after(loss, with_noise), 2);
  EXPECT_EQ(recordings_after(loss, one), 2);
  EXPECT_EQ(recordings_after(loss, one), 3);
}

}  // namespace
}  // namespace m2m::train
