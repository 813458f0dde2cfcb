#include "nn/preact_resnet.hpp"

#include <array>

namespace m2m::nn {
namespace {

constexpr std::array stage_channels = {64, 128, 256, 512};
constexpr int blocks_per_stage = 2;

}  // namespace

PreactBlock::PreactBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic) {
  bn_a = register_module("bn_a", torch::nn::BatchNorm2d(in_channels));
  conv_a = register_module("conv_a", convolution(in_channels, out_channels, 3, stride));
  bn_b = register_module("bn_b", torch::nn::BatchNorm2d(out_channels));
  conv_b = register_module("conv_b", convolution(out_channels, out_channels, 3, 1));
  if (stride != 1 || in_channels != out_channels) {
    shortcut = register_module("shortcut", convolution(in_channels, out_channels, 1, stride));
  }
}

torch::Tensor PreactBlock::forward(const torch::Tensor& x) {
  const torch::Tensor active = normalise_relu(bn_a, x, {}, arithmetic_);
  const torch::Tensor round = shortcut.is_empty() ? x : convolve(shortcut, active, arithmetic_);
  const torch::Tensor y = normalise_relu(bn_b, convolve(conv_a, active, arithmetic_), {}, arithmetic_);
  return convolve(conv_b, y, arithmetic_) + round;
}

PreactResNet::PreactResNet(const NetworkSpec& spec) : Network(spec), arithmetic_(arithmetic_of(this->spec())) {
  first = register_module("first", convolution(spec.channels, stage_channels.front(), 3, 1));
  int channels = stage_channels.front();
  for (const int out_channels : stage_channels) {
    for (int i = 0; i < blocks_per_stage; ++i) {
      const int stride = out_channels != channels ? 2 : 1;
      auto block = std::make_shared<PreactBlock>(channels, out_channels, stride, arithmetic_);
      blocks_.push_back(register_module("block_" + std::to_string(blocks_.size()), block));
      channels = out_channels;
    }
  }
  last = register_module("last", torch::nn::BatchNorm2d(channels));
  add_head(channels);
}

torch::Tensor PreactResNet::features_of(const torch::Tensor& normalised) {
  torch::Tensor x = convolve(first, prepared(normalised, arithmetic_), arithmetic_);
  for (const auto& block : blocks_) x = block->forward(x);
  return pooled(normalise_relu(last, x, {}, arithmetic_), head().weight.scalar_type());
}

double preact_multiply_adds(const NetworkSpec& spec) {
  double pixels = static_cast<double>(spec.height) * spec.width;
  double sum = pixels * 9 * spec.channels * stage_channels.front();
  int channels = stage_channels.front();
  for (const int out : stage_channels) {
    if (out != channels) {
      pixels /= 4;
      sum += pixels * channels * out;  // the shortcut
    }
    sum += pixels * 9 * (channels + (2 * blocks_per_stage - 1) * out) * out;
    channels = out;
  }
  return sum + static_cast<double>(channels) * spec.classes;
}

}  // namespace m2m::nn
