#pragma once
// ResNets with several experts: the first two stages are shared, each expert has a last stage and a head of its
// own.
#include <torch/nn/modules/batchnorm.h>

#include <memory>
#include <vector>

#include "nn/resnet.hpp"

namespace m2m::nn {

/// A ResNet of depth 6 n + 2 with spec.experts last stages.
///
/// Zhang et al., "Self-supervised aggregation of diverse experts for test-agnostic long-tailed recognition",
/// NeurIPS 2022, section 4, share stages likewise; their program gives each expert a second stage, too, and less
/// channels. Evaluation runs through autograd, translation as well.
class ExpertResNet : public Network {
 public:
  ExpertResNet(const NetworkSpec& spec, int depth);

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d conv_1_3x3_{nullptr};
  torch::nn::BatchNorm2d bn_1_{nullptr};
  std::shared_ptr<ResNetStage> stage_1_, stage_2_;
  std::vector<std::shared_ptr<ResNetStage>> last_stages_;  // named stage_3_0, stage_3_1, ...
};

}  // namespace m2m::nn
