#include "nn/resnet.hpp"

#include "nn/batch_norm.hpp"
#include "nn/convolution.hpp"
#include "nn/sync_batch_norm.hpp"

namespace m2m {
namespace {

namespace nn = torch::nn;
using torch::indexing::None;
using torch::indexing::Slice;

nn::Conv2d convolution(int in_channels, int out_channels, int stride) {
  return nn::Conv2d(nn::Conv2dOptions(in_channels, out_channels, 3).stride(stride).padding(1).bias(false));
}

torch::Tensor convolve(const nn::Conv2d& layer, const torch::Tensor& x, const ResNetArithmetic& arithmetic) {
  return convolve3x3(x, layer->weight, static_cast<int>(layer->options.stride()->at(0)), arithmetic.kernels);
}

/// max(batch norm of x + shortcut, 0); the shortcut may be undefined.
torch::Tensor normalise(nn::BatchNorm2d& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                        const ResNetArithmetic& arithmetic) {
  const bool has_kernels = x.is_cpu() && norm->weight.scalar_type() == torch::kFloat32;
  if (arithmetic.kernels && has_kernels && norm->is_training()) {
    return batch_norm_relu(*norm, x, shortcut, *arithmetic.kernels, arithmetic.sum_over_ranks);
  }
  const bool is_shared = norm->is_training() && arithmetic.sum_over_ranks != nullptr;
  torch::Tensor y = is_shared ? synchronised_batch_norm(*norm, x, *arithmetic.sum_over_ranks) : norm(x);
  if (shortcut.defined()) y = y.add_(shortcut);
  return y.relu_();
}

ResNetArithmetic arithmetic_of(const NetworkSpec& spec) {
  const SumOverRanks* const sum = spec.sum_over_ranks ? &spec.sum_over_ranks : nullptr;
  if (spec.kernels == "torch") return {spec.bfloat16, std::nullopt, sum};
  return {spec.bfloat16, kernels::find_instruction_set(spec.kernels), sum};
}

}  // namespace

BasicBlock::BasicBlock(int in_channels, int out_channels, int stride, const ResNetArithmetic& arithmetic)
    : arithmetic_(arithmetic), added_channels_(out_channels - in_channels) {
  conv_a = register_module("conv_a", convolution(in_channels, out_channels, stride));
  bn_a = register_module("bn_a", nn::BatchNorm2d(out_channels));
  conv_b = register_module("conv_b", convolution(out_channels, out_channels, 1));
  bn_b = register_module("bn_b", nn::BatchNorm2d(out_channels));
}

torch::Tensor BasicBlock::forward(const torch::Tensor& x) {
  torch::Tensor shortcut = x;
  if (added_channels_ > 0) {
    shortcut = x.index({Slice(), Slice(), Slice(None, None, 2), Slice(None, None, 2)});
    shortcut = torch::constant_pad_nd(shortcut, {0, 0, 0, 0, 0, added_channels_});
  }
  const torch::Tensor y = normalise(bn_a, convolve(conv_a, x, arithmetic_), {}, arithmetic_);
  return normalise(bn_b, convolve(conv_b, y, arithmetic_), shortcut, arithmetic_);
}

ResNetStage::ResNetStage(int blocks, int in_channels, int out_channels, const ResNetArithmetic& arithmetic) {
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
    : Network(spec), arithmetic_(arithmetic_of(this->spec())), blocks_((depth - 2) / 6) {
  conv_1_3x3 = register_module("conv_1_3x3", convolution(spec.channels, 16, 1));
  bn_1 = register_module("bn_1", nn::BatchNorm2d(16));
  stage_1 = register_module("stage_1", std::make_shared<ResNetStage>(blocks_, 16, 16, arithmetic_));
  stage_2 = register_module("stage_2", std::make_shared<ResNetStage>(blocks_, 16, 32, arithmetic_));
  stage_3 = register_module("stage_3", std::make_shared<ResNetStage>(blocks_, 32, 64, arithmetic_));
  linear = register_module("linear", nn::Linear(64, spec.classes));
}

torch::Tensor ResNet::logits(const torch::Tensor& normalised) {
  torch::Tensor x = normalised;
  if (arithmetic_.kernels && x.scalar_type() == torch::kFloat32) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  if (arithmetic_.bfloat16) x = x.to(torch::kBFloat16);
  x = normalise(bn_1, convolve(conv_1_3x3, x, arithmetic_), {}, arithmetic_);
  x = stage_3->forward(stage_2->forward(stage_1->forward(x)));
  return linear(x.mean({2, 3}, /*keepdim=*/false, linear->weight.scalar_type()));
}

double resnet_multiply_adds(const NetworkSpec& spec, int depth) {
  constexpr double kernel = 9;
  const int blocks = (depth - 2) / 6;
  double pixels = static_cast<double>(spec.height) * spec.width;
  double sum = pixels * kernel * spec.channels * 16;
  int in_channels = 16;
  for (int out_channels : {16, 32, 64}) {
    if (out_channels != in_channels) pixels /= 4;
    sum += pixels * kernel * (in_channels + (2 * blocks - 1) * out_channels) * out_channels;
    in_channels = out_channels;
  }
  return sum + 64.0 * spec.classes;
}

}  // namespace m2m
