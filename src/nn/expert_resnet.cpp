#include "nn/expert_resnet.hpp"

#include <string>

#include "nn/batch_norm.hpp"

namespace m2m::nn {

ExpertResNet::ExpertResNet(const NetworkSpec& spec, int depth)
    : Network(spec), arithmetic_(make_arithmetic(this->spec())) {
  const int blocks = (depth - 2) / 6;
  const auto [first, second, third] = ResNet::stage_channels(spec);
  conv_1_3x3_ = register_module("conv_1_3x3", make_convolution(spec.channels, first, 3, 1));
  bn_1_ = register_module("bn_1", torch::nn::BatchNorm2d(first));
  stage_1_ = register_module("stage_1", std::make_shared<ResNetStage>(blocks, first, first, arithmetic_));
  stage_2_ = register_module("stage_2", std::make_shared<ResNetStage>(blocks, first, second, arithmetic_));
  for (int expert = 0; expert < spec.experts; ++expert) {
    auto stage = std::make_shared<ResNetStage>(blocks, second, third, arithmetic_);
    last_stages_.push_back(register_module("stage_3_" + std::to_string(expert), stage));
  }
  add_head(third);
}

torch::Tensor ExpertResNet::compute_features(const torch::Tensor& normalised) {
  torch::Tensor x = to_input_format(normalised, arithmetic_);
  x = batch_norm_relu(bn_1_, convolve(conv_1_3x3_, x, arithmetic_), {}, arithmetic_);
  x = stage_2_->forward(stage_1_->forward(x));
  std::vector<torch::Tensor> features;
  for (const auto& stage : last_stages_) {
    features.push_back(global_average_pool(stage->forward(x), head().weight.scalar_type()));
  }
  return torch::cat(features, 1);
}

}  // namespace m2m::nn
