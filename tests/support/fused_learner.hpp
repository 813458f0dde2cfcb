#pragma once
// A ResNet in training with its pass and its optimiser: by autograd or fused, in either format of the weights.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "methods/losses.hpp"
#include "nn/fused_training.hpp"
#include "support/emulated_training_kernels.hpp"
#include "train/sgd.hpp"
#include "train/step_pass.hpp"

namespace m2m::testing {

inline constexpr int learnt_classes = 10;

/// The choices of a learner; all learners of a network and a head begin with the same weights.
struct LearnerSettings {
  std::string network = "resnet20";
  settings::HeadKind head = settings::HeadKind::linear;
  bool bfloat16 = true;  // in float32 with convolutions in bfloat16; false: in float64 by libtorch
  at::MemoryFormat format = at::MemoryFormat::Contiguous;  // of the weights of convolutions
  bool recorded = false;
  train::AutogradStepPass::BatchTerm term = {};  // of the loss
  torch::Device device = torch::kCPU;
};

/// A network in training with its pass and its optimiser.
struct Learner {
  explicit Learner(const LearnerSettings& settings) {
    const bool bfloat16 = settings.bfloat16;
    nn::NetworkSpec spec{settings.network,
                         learnt_classes,
                         3,
                         32,
                         32,
                         {0.49, 0.48, 0.45},
                         {0.20, 0.21, 0.22},
                         bfloat16,
                         bfloat16 ? "plain" : "torch"};
    spec.head = settings.head;
    network = std::dynamic_pointer_cast<nn::ResNet>(nn::make_network(spec));
    nn::initialise(*network, {1, SeedRole::init});
    network->to(settings.device, bfloat16 ? torch::kFloat32 : torch::kFloat64);
    network->train();
    sgd = std::make_unique<train::Sgd>(*network, train::SgdRule{}, std::vector<std::string>{}, 1, settings.format);
    pass = std::make_unique<train::AutogradStepPass>(
        [this](const methods::Batch& batch) { return outputs(batch.images); }, settings.term, settings.recorded);
  }
  Learner(const Learner&) = delete;  // the pass points to it
  Learner& operator=(const Learner&) = delete;

  torch::Tensor outputs(const torch::Tensor& images) {
    if (fused == nullptr) return network->forward(images.to(network->head().weight.scalar_type()));
    return network->head().forward(fused->features(images));
  }
  /// loss: as of a StepPass, one that outlives the learner, or nothing is recorded.
  train::StepPass::Result run(const methods::LossFn& loss, const methods::Batch& batch) {
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
  std::unique_ptr<train::Sgd> sgd;
  std::unique_ptr<nn::FusedTraining> fused;  // null: by autograd
  std::unique_ptr<train::AutogradStepPass> pass;
};

/// A learner whose steps are fused, in emulated blocks.
inline std::unique_ptr<Learner> fused_learner(const LearnerSettings& settings) {
  auto learner = std::make_unique<Learner>(settings);
  learner->fused =
      std::make_unique<nn::FusedTraining>(*learner->network, std::make_unique<EmulatedTrainingKernels>());
  return learner;
}

/// The plain loss, under an address that stays.
inline const methods::LossFn& plain_loss() {
  static const methods::LossFn loss = methods::cross_entropy;
  return loss;
}

/// Random images, in and out of [0, 1], with labels; the same every time.
inline methods::Batch learnt_batch(int n, torch::Device device = torch::kCPU) {
  torch::manual_seed(4);
  const torch::Tensor images = 1.2 * torch::rand({n, 3, 32, 32}) - 0.1;
  return {images.to(device), (torch::arange(n, torch::kInt64) * 3 % learnt_classes).to(device), {}};
}

/// |a - b| / |b|.
inline double distance(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor to = b.to(torch::kFloat64);
  return ((a.to(torch::kFloat64) - to).norm() / to.norm()).item<double>();
}

/// Whether the fused pass is as near to float64 as another one in bfloat16, up to `slack`.
inline void expect_as_near(const torch::Tensor& fused, const torch::Tensor& other, const torch::Tensor& exact,
                           double slack, const std::string& what) {
  EXPECT_LT(distance(fused, exact), 1.5 * distance(other, exact) + slack) << what;
}

}  // namespace m2m::testing
