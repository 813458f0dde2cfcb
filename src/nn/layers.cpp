#include "nn/layers.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <vector>

#include "kernels/kernel_set.hpp"

namespace m2m::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The sizes of the forward convolution.
kernels::ConvSizes conv_sizes(const torch::Tensor& x, const torch::Tensor& weight, int stride) {
  return {static_cast<int>(x.size(2)), static_cast<int>(x.size(3)), static_cast<int>(weight.size(1)),
          static_cast<int>(weight.size(0)), stride};
}

bool suits_winograd(const torch::Tensor& x, const torch::Tensor& weight, int stride) {
  const kernels::ConvSizes sizes = conv_sizes(x, weight, stride);
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32 &&
         kernels::suits_winograd(sizes, sizes.in_channels, sizes.out_channels);
}

/// Runs one direction of a convolution over a batch, its images spread over libtorch's threads.
torch::Tensor run(const kernels::Winograd& conv, const kernels::Aligned<float>& weights, const torch::Tensor& in,
                  InstructionSet set) {
  torch::Tensor out = torch::empty({in.size(0), conv.out_channels, conv.height, conv.width},
                                   in.options().memory_format(at::MemoryFormat::ChannelsLast));
  const std::int64_t pixels = std::int64_t{conv.height} * conv.width;
  const kernels::WinogradFn convolve = kernels::kernel_set(set).winograd;
  const auto* from = in.const_data_ptr<float>();
  auto* to = out.data_ptr<float>();
  at::parallel_for(0, in.size(0), 1, [&](std::int64_t first, std::int64_t last) {
    kernels::Aligned<float> scratch(static_cast<std::size_t>(kernels::winograd_scratch(conv)));
    for (std::int64_t i = first; i < last; ++i) {
      kernels::ConvBuffers<float> memory{from + i * pixels * conv.in_channels, weights.data()};
      memory.out = to + i * pixels * conv.out_channels;
      convolve(conv, memory, scratch.data());
    }
  });
  return out;
}

struct WinogradConvolution : torch::autograd::Function<WinogradConvolution> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               InstructionSet set) {
    const kernels::ConvSizes sizes = conv_sizes(x, weight, 1);
    context->save_for_backward({x, weight});
    context->saved_data["set"] = static_cast<std::int64_t>(set);
    const std::vector<float> ones(static_cast<std::size_t>(sizes.out_channels), 1.0F);
    kernels::Aligned<float> weights;
    kernels::pack_winograd_forward(sizes, weight.contiguous().const_data_ptr<float>(), ones.data(), weights);
    return run({sizes.height, sizes.width, sizes.in_channels, sizes.out_channels, false}, weights, x, set);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1];
    const torch::Tensor gradient = channels_last(gradients[0]);
    const auto set = static_cast<InstructionSet>(context->saved_data["set"].toInt());
    torch::Tensor of_x;
    if (context->needs_input_grad(0)) {
      const kernels::ConvSizes sizes = conv_sizes(x, weight, 1);
      const std::vector<float> ones(static_cast<std::size_t>(sizes.out_channels), 1.0F);
      kernels::Aligned<float> weights;
      kernels::pack_winograd_backward(sizes, weight.contiguous().const_data_ptr<float>(), ones.data(), weights);
      of_x = run({sizes.height, sizes.width, sizes.out_channels, sizes.in_channels, false}, weights, gradient, set);
    }
    const auto of_weight = at::convolution_backward(gradient, x, weight, std::nullopt, {1, 1}, {1, 1}, {1, 1},
                                                    false, {0, 0}, 1, {false, true, false});
    return {of_x, std::get<1>(of_weight), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor convolve3x3(const torch::Tensor& x, const torch::Tensor& weight, int stride,
                          std::optional<InstructionSet> set) {
  if (set && suits_winograd(x, weight, stride)) return WinogradConvolution::apply(channels_last(x), weight, *set);
  return torch::conv2d(x, weight.to(x.scalar_type()), {}, stride, 1);
}

Arithmetic make_arithmetic(const NetworkSpec& spec) {
  std::optional<InstructionSet> set;
  if (spec.kernels != "torch") set = parse_instruction_set(spec.kernels);
  return {spec.bfloat16, set,
          spec.sum_over_ranks ? std::make_shared<const SumOverRanks>(spec.sum_over_ranks) : nullptr};
}

torch::nn::Conv2d make_convolution(int in_channels, int out_channels, int kernel, int stride) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(in_channels, out_channels, kernel).stride(stride).padding(kernel / 2).bias(false));
}

torch::Tensor to_input_format(const torch::Tensor& normalised, const Arithmetic& arithmetic) {
  torch::Tensor x = normalised;
  // On a CPU the project's kernels need channels last. On a GPU it is faster in bfloat16 only: in float32 without
  // TF32 it is the slowest format of cuDNN.
  const bool is_channels_last =
      arithmetic.kernels && x.scalar_type() == torch::kFloat32 && (x.is_cpu() || arithmetic.bfloat16);
  if (is_channels_last) x = channels_last(x);
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

torch::Tensor global_average_pool(const torch::Tensor& x, torch::Dtype precision) {
  return x.mean({2, 3}, /*keepdim=*/false, precision);
}

}  // namespace m2m::nn
