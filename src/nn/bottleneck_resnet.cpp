#include "nn/bottleneck_resnet.hpp"

#include <array>

namespace m2m::nn {
namespace {

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

Bottleneck::Bottleneck(int in_channels, int width, int stride, const Arithmetic& arithmetic)
    : arithmetic_(arithmetic) {
  const int out_channels = expansion * width;
  conv_a = register_module("conv_a", convolution(in_channels, width, 1, 1));
  bn_a = register_module("bn_a", torch::nn::BatchNorm2d(width));
  conv_b = register_module("conv_b", convolution(width, width, 3, stride));
  bn_b = register_module("bn_b", torch::nn::BatchNorm2d(width));
  conv_c = register_module("conv_c", convolution(width, out_channels, 1, 1));
  bn_c = register_module("bn_c", torch::nn::BatchNorm2d(out_channels));
  if (stride == 1 && in_channels == out_channels) return;
  shortcut = register_module("shortcut", convolution(in_channels, out_channels, 1, stride));
  bn_shortcut = register_module("bn_shortcut", torch::nn::BatchNorm2d(out_channels));
}

torch::Tensor Bottleneck::forward(const torch::Tensor& x) {
  torch::Tensor y = normalise_relu(bn_a, convolve(conv_a, x, arithmetic_), {}, arithmetic_);
  y = normalise_relu(bn_b, convolve(conv_b, y, arithmetic_), {}, arithmetic_);
  y = convolve(conv_c, y, arithmetic_);
  if (shortcut.is_empty()) return normalise_relu(bn_c, y, x, arithmetic_);
  return normalise_relu(bn_c, y, normalise(bn_shortcut, convolve(shortcut, x, arithmetic_), arithmetic_),
                        arithmetic_);
}

BottleneckResNet::BottleneckResNet(const NetworkSpec& spec)
    : Network(spec), arithmetic_(arithmetic_of(this->spec())) {
  first = register_module("first", convolution(spec.channels, first_channels, 7, 2));
  bn_first = register_module("bn_first", torch::nn::BatchNorm2d(first_channels));
  for (const Shape& shape : block_shapes()) {
    auto block = std::make_shared<Bottleneck>(shape.in_channels, shape.width, shape.stride, arithmetic_);
    blocks_.push_back(register_module("block_" + std::to_string(blocks_.size()), block));
  }
  add_head(Bottleneck::expansion * stages.back().width);
}

torch::Tensor BottleneckResNet::features_of(const torch::Tensor& normalised) {
  torch::Tensor x = convolve(first, prepared(normalised, arithmetic_), arithmetic_);
  x = torch::max_pool2d(normalise_relu(bn_first, x, {}, arithmetic_), 3, 2, 1);
  for (const auto& block : blocks_) x = block->forward(x);
  return pooled(x, head().weight.scalar_type());
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

}  // namespace m2m::nn
