#pragma once
// Convolutions and other layers that networks share, as they run on this machine and in this precision.
#include <torch/nn/modules/conv.h>

#include <memory>
#include <optional>

#include "core/instruction_set.hpp"
#include "nn/network.hpp"

namespace m2m::nn {

/// How a network's layers compute.
struct Arithmetic {
  bool bfloat16;                          // convolve in bfloat16
  std::optional<InstructionSet> kernels;  // of the project's kernels; none: libtorch's operations
  // For batch norm; null: over this rank's batch only. Shared with autograd's record of each forward pass, whose
  // backward pass sums again.
  std::shared_ptr<const SumOverRanks> sum_over_ranks;
};

/// The arithmetic of a network with that specification.
Arithmetic make_arithmetic(const NetworkSpec& spec);

/// A convolution without bias whose output is as large as its input, or half of it with stride 2. kernel: odd.
torch::nn::Conv2d make_convolution(int in_channels, int out_channels, int kernel, int stride);

/// Converts normalised pixels for the first layer: to channels last and bfloat16 if these are used.
torch::Tensor to_input_format(const torch::Tensor& normalised, const Arithmetic& arithmetic);

/// The best memory format for the weights of a network's convolutions in training. On a GPU that of the images,
/// because otherwise each step converts them; on a CPU contiguous, because the kernels pack from that.
at::MemoryFormat weight_format(const Network& network);

/// x: [n, in, h, w] -> [n, out, h', w'], in the precision of x.
torch::Tensor convolve(const torch::nn::Conv2d& layer, const torch::Tensor& x, const Arithmetic& arithmetic);

/// The memory of x as channels last: x itself, or a copy.
inline torch::Tensor channels_last(const torch::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

/// The mean over all pixels, [n, c, h, w] -> [n, c], in `precision`.
torch::Tensor global_average_pool(const torch::Tensor& x, torch::Dtype precision);

/// Convolution of x with weight for training, zero padding 1, in the precision of x. Autograd converts the gradient
/// to the precision of the weight.
///
/// x: [n, in, h, w]; weight: [out, in, 3, 3]; returns [n, out, h', w']. With an instruction set, float32 on the CPU
/// runs forward and back to x by Winograd's tiles if they suit (kernels/winograd.hpp), channels last. Everything
/// else, and the weight's gradient, runs in libtorch. Local, deterministic.
torch::Tensor convolve3x3(const torch::Tensor& x, const torch::Tensor& weight, int stride,
                          std::optional<InstructionSet> set);

}  // namespace m2m::nn
