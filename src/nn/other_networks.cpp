#include "nn/other_networks.hpp"

#include <array>
#include <string>

#include "nn/batch_norm.hpp"

namespace m2m::nn {
namespace {

constexpr std::array stage_channels = {64, 128, 256, 512};
constexpr int blocks_per_stage = 2;

struct Stage {
  int width, blocks;
};
constexpr std::array stages = {Stage{64, 3}, Stage{128, 4}, Stage{256, 6}, Stage{512, 3}};
constexpr int first_channels = 64;

/// What happens to one block: its input's channels, its width, its stride.
struct Shape {
  int in_channels, width, stride;
};

std::vector<Shape> block_shapes() {
  std::vector<Shape> shapes;
  int channels = first_channels;
  for (const Stage& stage : stages) {
    for (int i = 0; i < stage.blocks; ++i) {
      shapes.push_back({channels, stage.width, i == 0 && stage.width != first_channels ? 2 : 1});
      channels = Bottleneck::expansion * stage.width;
    }
  }
  return shapes;
}

}  // namespace

PreactBlock::PreactBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic) {
  bn_a_ = register_module("bn_a", torch::nn::BatchNorm2d(in_channels));
  conv_a_ = register_module("conv_a", make_convolution(in_channels, out_channels, 3, stride));
  bn_b_ = register_module("bn_b", torch::nn::BatchNorm2d(out_channels));
  conv_b_ = register_module("conv_b", make_convolution(out_channels, out_channels, 3, 1));
  if (stride != 1 || in_channels != out_channels) {
    shortcut_ = register_module("shortcut", make_convolution(in_channels, out_channels, 1, stride));
  }
}

torch::Tensor PreactBlock::forward(const torch::Tensor& x) {
  const torch::Tensor active = batch_norm_relu(bn_a_, x, {}, arithmetic_);
  const torch::Tensor round = shortcut_.is_empty() ? x : convolve(shortcut_, active, arithmetic_);
  const torch::Tensor y = batch_norm_relu(bn_b_, convolve(conv_a_, active, arithmetic_), {}, arithmetic_);
  return convolve(conv_b_, y, arithmetic_) + round;
}

PreactResNet::PreactResNet(const NetworkSpec& spec) : Network(spec), arithmetic_(make_arithmetic(this->spec())) {
  first_ = register_module("first", make_convolution(spec.channels, stage_channels.front(), 3, 1));
  int channels = stage_channels.front();
  for (const int out_channels : stage_channels) {
    for (int i = 0; i < blocks_per_stage; ++i) {
      const int stride = out_channels != channels ? 2 : 1;
      auto block = std::make_shared<PreactBlock>(channels, out_channels, stride, arithmetic_);
      blocks_.push_back(register_module("block_" + std::to_string(blocks_.size()), block));
      channels = out_channels;
    }
  }
  last_ = register_module("last", torch::nn::BatchNorm2d(channels));
  add_head(channels);
}

torch::Tensor PreactResNet::compute_features(const torch::Tensor& normalised) {
  torch::Tensor x = convolve(first_, to_input_format(normalised, arithmetic_), arithmetic_);
  for (const auto& block : blocks_) x = block->forward(x);
  return global_average_pool(batch_norm_relu(last_, x, {}, arithmetic_), head().weight.scalar_type());
}

Bottleneck::Bottleneck(int in_channels, int width, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic) {
  const int out_channels = expansion * width;
  conv_a_ = register_module("conv_a", make_convolution(in_channels, width, 1, 1));
  bn_a_ = register_module("bn_a", torch::nn::BatchNorm2d(width));
  conv_b_ = register_module("conv_b", make_convolution(width, width, 3, stride));
  bn_b_ = register_module("bn_b", torch::nn::BatchNorm2d(width));
  conv_c_ = register_module("conv_c", make_convolution(width, out_channels, 1, 1));
  bn_c_ = register_module("bn_c", torch::nn::BatchNorm2d(out_channels));
  if (stride == 1 && in_channels == out_channels) return;
  shortcut_ = register_module("shortcut", make_convolution(in_channels, out_channels, 1, stride));
  bn_shortcut_ = register_module("bn_shortcut", torch::nn::BatchNorm2d(out_channels));
}

torch::Tensor Bottleneck::forward(const torch::Tensor& x) {
  torch::Tensor y = batch_norm_relu(bn_a_, convolve(conv_a_, x, arithmetic_), {}, arithmetic_);
  y = batch_norm_relu(bn_b_, convolve(conv_b_, y, arithmetic_), {}, arithmetic_);
  y = convolve(conv_c_, y, arithmetic_);
  if (shortcut_.is_empty()) return batch_norm_relu(bn_c_, y, x, arithmetic_);
  return batch_norm_relu(bn_c_, y, batch_norm(bn_shortcut_, convolve(shortcut_, x, arithmetic_), arithmetic_),
                         arithmetic_);
}

BottleneckResNet::BottleneckResNet(const NetworkSpec& spec)
    : Network(spec), arithmetic_(make_arithmetic(this->spec())) {
  first_ = register_module("first", make_convolution(spec.channels, first_channels, 7, 2));
  bn_first_ = register_module("bn_first", torch::nn::BatchNorm2d(first_channels));
  for (const Shape& shape : block_shapes()) {
    auto block = std::make_shared<Bottleneck>(shape.in_channels, shape.width, shape.stride, arithmetic_);
    blocks_.push_back(register_module("block_" + std::to_string(blocks_.size()), block));
  }
  add_head(Bottleneck::expansion * stages.back().width);
}

torch::Tensor BottleneckResNet::compute_features(const torch::Tensor& normalised) {
  torch::Tensor x = convolve(first_, to_input_format(normalised, arithmetic_), arithmetic_);
  x = torch::max_pool2d(batch_norm_relu(bn_first_, x, {}, arithmetic_), 3, 2, 1);
  for (const auto& block : blocks_) x = block->forward(x);
  return global_average_pool(x, head().weight.scalar_type());
}

double bottleneck_multiply_adds(const NetworkSpec& spec) {
  double pixels = static_cast<double>(spec.height) * spec.width / 4;
  double sum = pixels * 49 * spec.channels * first_channels;
  pixels /= 4;
  int channels = first_channels;
  for (const Shape& shape : block_shapes()) {
    const int out = Bottleneck::expansion * shape.width;
    sum += pixels * shape.in_channels * shape.width;
    if (shape.stride == 2) pixels /= 4;
    sum += pixels * shape.width * (9.0 * shape.width + out);
    if (shape.in_channels != out) sum += pixels * shape.in_channels * out;
    channels = out;
  }
  return sum + static_cast<double>(channels) * spec.classes;
}

namespace {
constexpr int hidden_units = 256;
}

Mlp::Mlp(const NetworkSpec& spec) : Network(spec) {
  hidden_ = register_module("hidden", torch::nn::Linear(spec.channels * spec.height * spec.width, hidden_units));
  add_head(hidden_units);
}

torch::Tensor Mlp::compute_features(const torch::Tensor& normalised) {
  const torch::Tensor x = normalised.flatten(1);
  if (!spec().bfloat16) return hidden_(x).relu_();
  const torch::Tensor rounded = hidden_->weight.to(torch::kBFloat16);
  return (x.to(torch::kBFloat16).mm(rounded.t()).to(torch::kFloat32) + hidden_->bias).relu_();
}

double mlp_multiply_adds(const NetworkSpec& spec) {
  return static_cast<double>(hidden_units) * (spec.channels * spec.height * spec.width + spec.classes);
}

}  // namespace m2m::nn
