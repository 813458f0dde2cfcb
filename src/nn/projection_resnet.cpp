#include "nn/projection_resnet.hpp"

#include <string>

#include "nn/batch_norm.hpp"

namespace m2m::nn {
namespace {

constexpr std::array stage_channels = {64, 128, 256, 512};

}  // namespace

ProjectionBlock::ProjectionBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic) {
  conv_a_ = register_module("conv_a", make_convolution(in_channels, out_channels, 3, stride));
  bn_a_ = register_module("bn_a", torch::nn::BatchNorm2d(out_channels));
  conv_b_ = register_module("conv_b", make_convolution(out_channels, out_channels, 3, 1));
  bn_b_ = register_module("bn_b", torch::nn::BatchNorm2d(out_channels));
  if (stride == 1 && in_channels == out_channels) return;
  shortcut_ = register_module("shortcut", make_convolution(in_channels, out_channels, 1, stride));
  bn_shortcut_ = register_module("bn_shortcut", torch::nn::BatchNorm2d(out_channels));
}

torch::Tensor ProjectionBlock::forward(const torch::Tensor& x) {
  torch::Tensor shortcut = x;
  if (!shortcut_.is_empty()) shortcut = batch_norm(bn_shortcut_, convolve(shortcut_, x, arithmetic_), arithmetic_);
  const torch::Tensor y = batch_norm_relu(bn_a_, convolve(conv_a_, x, arithmetic_), {}, arithmetic_);
  return batch_norm_relu(bn_b_, convolve(conv_b_, y, arithmetic_), shortcut, arithmetic_);
}

ProjectionResNet::ProjectionResNet(const NetworkSpec& spec, const StageBlocks& blocks)
    : Network(spec), arithmetic_(make_arithmetic(this->spec())) {
  int channels = stage_channels.front();
  first_ = register_module("first", make_convolution(spec.channels, channels, 3, 1));
  bn_first_ = register_module("bn_first", torch::nn::BatchNorm2d(channels));
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int i = 0; i < blocks[stage]; ++i) {
      const int out = stage_channels[stage];
      auto block = std::make_shared<ProjectionBlock>(channels, out, out != channels ? 2 : 1, arithmetic_);
      blocks_.push_back(register_module("block_" + std::to_string(blocks_.size()), block));
      channels = out;
    }
  }
  add_head(channels);
}

torch::Tensor ProjectionResNet::compute_features(const torch::Tensor& normalised) {
  torch::Tensor x = convolve(first_, to_input_format(normalised, arithmetic_), arithmetic_);
  x = batch_norm_relu(bn_first_, x, {}, arithmetic_);
  for (const auto& block : blocks_) x = block->forward(x);
  return global_average_pool(x, head().weight.scalar_type());
}

double basic_stages_multiply_adds(const NetworkSpec& spec, const StageBlocks& blocks) {
  double pixels = static_cast<double>(spec.height) * spec.width;
  double sum = pixels * 9 * spec.channels * stage_channels.front();
  int channels = stage_channels.front();
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    const int out = stage_channels[stage];
    if (out != channels) {
      pixels /= 4;
      sum += pixels * channels * out;  // the shortcut
    }
    sum += pixels * 9 * (channels + (2 * blocks[stage] - 1) * out) * out;
    channels = out;
  }
  return sum + static_cast<double>(channels) * spec.classes;
}

}  // namespace m2m::nn
