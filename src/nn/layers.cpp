#include "nn/layers.hpp"

#include <ATen/Context.h>

#include "nn/batch_norm.hpp"
#include "nn/convolution.hpp"
#include "nn/sync_batch_norm.hpp"

namespace m2m::nn {

Arithmetic arithmetic_of(const NetworkSpec& spec) {
  std::optional<InstructionSet> set;
  if (spec.kernels != "torch") set = parse_instruction_set(spec.kernels);
  return {spec.bfloat16, set,
          spec.sum_over_ranks ? std::make_shared<const SumOverRanks>(spec.sum_over_ranks) : nullptr};
}

torch::nn::Conv2d convolution(int in_channels, int out_channels, int kernel, int stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in_channels, out_channels, kernel).stride(stride).padding(kernel / 2).bias(false));
}

torch::Tensor prepared(const torch::Tensor& normalised, const Arithmetic& arithmetic) {
  torch::Tensor x = normalised;
  // Own kernels want it on a CPU; on a GPU it suits bfloat16 alone, and is cuDNN's slowest way in float32 without
  // TF32.
  const bool channels_last =
      arithmetic.kernels && x.scalar_type() == torch::kFloat32 && (x.is_cpu() || arithmetic.bfloat16);
  if (channels_last) x = x.contiguous(at::MemoryFormat::ChannelsLast);
  return arithmetic.bfloat16 ? x.to(torch::kBFloat16) : x;
}

at::MemoryFormat weight_format(const Network& network) {
  const bool is_channels_last = network.head().weight.is_cuda() && network.spec().bfloat16;
  return is_channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

torch::Tensor convolve(const torch::nn::Conv2d& layer, const torch::Tensor& x, const Arithmetic& arithmetic) {
  const auto stride = layer->options.stride()->at(0);
  if (layer->weight.size(2) == 3) {
    return convolve3x3(x, layer->weight, static_cast<int>(stride), arithmetic.kernels);
  }
  return torch::conv2d(x, layer->weight.to(x.scalar_type()), {}, stride, layer->weight.size(2) / 2);
}

torch::Tensor normalise(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const Arithmetic& arithmetic) {
  if (norm->is_training() && arithmetic.sum_over_ranks != nullptr) {
    return synchronised_batch_norm(*norm, x, arithmetic.sum_over_ranks);
  }
  // Not norm(x), which also counts its batches: a small operation a layer and step (see count_batches).
  return torch::batch_norm(x, norm->weight, norm->bias, norm->running_mean, norm->running_var, norm->is_training(),
                           *norm->options.momentum(), norm->options.eps(), at::globalContext().userEnabledCuDNN());
}

torch::Tensor normalise_relu(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                             const Arithmetic& arithmetic) {
  const bool has_kernels = x.is_cpu() && norm->weight.scalar_type() == torch::kFloat32;
  if (arithmetic.kernels && has_kernels && norm->is_training()) {
    return batch_norm_relu(*norm, x, shortcut, *arithmetic.kernels, arithmetic.sum_over_ranks);
  }
  torch::Tensor y = normalise(norm, x, arithmetic);
  if (shortcut.defined()) y = y.add_(shortcut);
  return y.relu_();
}

torch::Tensor pooled(const torch::Tensor& x, torch::Dtype precision) {
  return x.mean({2, 3}, /*keepdim=*/false, precision);
}

}  // namespace m2m::nn
