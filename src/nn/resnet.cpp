#include "nn/resnet.hpp"

#include "nn/batch_norm.hpp"
#include "nn/folded_operations.hpp"
#include "nn/folded_resnet.hpp"
#include "nn/fused_resnet.hpp"

namespace m2m::nn {

using torch::indexing::None;
using torch::indexing::Slice;

BasicBlock::BasicBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic), added_channels_(out_channels - in_channels) {
  conv_a_ = register_module("conv_a", make_convolution(in_channels, out_channels, 3, stride));
  bn_a_ = register_module("bn_a", torch::nn::BatchNorm2d(out_channels));
  conv_b_ = register_module("conv_b", make_convolution(out_channels, out_channels, 3, 1));
  bn_b_ = register_module("bn_b", torch::nn::BatchNorm2d(out_channels));
}

torch::Tensor BasicBlock::forward(const torch::Tensor& x) {
  torch::Tensor shortcut = x;
  if (added_channels_ > 0) {
    shortcut = x.index({Slice(), Slice(), Slice(None, None, 2), Slice(None, None, 2)});
    shortcut = torch::constant_pad_nd(shortcut, {0, 0, 0, 0, 0, added_channels_});
  }
  const torch::Tensor y = batch_norm_relu(bn_a_, convolve(conv_a_, x, arithmetic_), {}, arithmetic_);
  return batch_norm_relu(bn_b_, convolve(conv_b_, y, arithmetic_), shortcut, arithmetic_);
}

ResNetStage::ResNetStage(int blocks, int in_channels, int out_channels, const Arithmetic& arithmetic) {
  for (int i = 0; i < blocks; ++i) {
    const bool halves = i == 0 && in_channels != out_channels;
    const int from = i == 0 ? in_channels : out_channels;
    auto block = std::make_shared<BasicBlock>(from, out_channels, halves ? 2 : 1, arithmetic);
    blocks_.push_back(register_module(std::to_string(i), block));
  }
}

torch::Tensor ResNetStage::forward(torch::Tensor x) {
  for (const auto& block : blocks_) x = block->forward(x);
  return x;
}

ResNet::ResNet(const NetworkSpec& spec, int depth)
    : Network(spec), arithmetic_(make_arithmetic(this->spec())), blocks_((depth - 2) / 6) {
  const auto [first, second, third] = stage_channels(spec);
  conv_1_3x3_ = register_module("conv_1_3x3", make_convolution(spec.channels, first, 3, 1));
  bn_1_ = register_module("bn_1", torch::nn::BatchNorm2d(first));
  stage_1_ = register_module("stage_1", std::make_shared<ResNetStage>(blocks_, first, first, arithmetic_));
  stage_2_ = register_module("stage_2", std::make_shared<ResNetStage>(blocks_, first, second, arithmetic_));
  stage_3_ = register_module("stage_3", std::make_shared<ResNetStage>(blocks_, second, third, arithmetic_));
  add_head(third);
}

torch::Tensor ResNet::compute_features(const torch::Tensor& normalised) {
  torch::Tensor x = to_input_format(normalised, arithmetic_);
  x = batch_norm_relu(bn_1_, convolve(conv_1_3x3_, x, arithmetic_), {}, arithmetic_);
  x = stage_3_->forward(stage_2_->forward(stage_1_->forward(x)));
  return global_average_pool(x, head().weight.scalar_type());
}

std::unique_ptr<FrozenNetwork> ResNet::freeze() {
  const torch::Tensor weight = parameters().front();
  if (spec().fused && weight.is_cuda()) return make_fused(*this);
  if (spec().kernels == "torch") return Network::freeze();
  if (!weight.is_cpu() || weight.scalar_type() != torch::kFloat32) return std::make_unique<FoldedOperations>(*this);
  const InstructionSet set = parse_instruction_set(spec().kernels);
  if (spec().bfloat16) return std::make_unique<FoldedResNet<kernels::Bf16>>(*this, set);
  return std::make_unique<FoldedResNet<float>>(*this, set);
}

double resnet_multiply_adds(const NetworkSpec& spec, int depth) {
  constexpr double kernel = 9;
  const int blocks = (depth - 2) / 6;
  double pixels = static_cast<double>(spec.height) * spec.width;
  const std::array<int, 3> channels = ResNet::stage_channels(spec);
  double sum = pixels * kernel * spec.channels * channels.front();
  int in_channels = channels.front();
  for (int out_channels : channels) {
    if (out_channels != in_channels) pixels /= 4;
    const double copies = out_channels == channels.back() ? spec.experts : 1;
    sum += copies * pixels * kernel * (in_channels + (2 * blocks - 1) * out_channels) * out_channels;
    in_channels = out_channels;
  }
  return sum + static_cast<double>(spec.experts) * channels.back() * spec.classes;
}

}  // namespace m2m::nn
