#pragma once
// Layers that networks share: how they convolve and normalise on this machine, in this precision.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>

#include <optional>

#include "core/instruction_set.hpp"
#include "nn/network.hpp"

namespace m2m::nn {

/// How a network's layers compute.
struct Arithmetic {
  bool bfloat16;                          // convolve in bfloat16
  std::optional<InstructionSet> kernels;  // of the own ones, where there are some; none: libtorch's operations
  SharedSum sum_over_ranks;               // for batch norm
};

/// Of a network with that specification.
Arithmetic arithmetic_of(const NetworkSpec& spec);

/// A convolution without bias whose output is as large as its input, or half of it with stride 2. kernel: odd.
torch::nn::Conv2d convolution(int in_channels, int out_channels, int kernel, int stride);

/// Normalised pixels as the first layer wants them: channels last and in bfloat16 where that is used.
torch::Tensor prepared(const torch::Tensor& normalised, const Arithmetic& arithmetic);

/// The memory format that the weights of a network's convolutions are best kept in for training: that of the images
/// on a GPU, else each step would convert them. On a CPU own kernels pack them from contiguous ones.
at::MemoryFormat weight_format(const Network& network);

/// x: [n, in, h, w] -> [n, out, h', w'], in the precision of x.
torch::Tensor convolve(const torch::nn::Conv2d& layer, const torch::Tensor& x, const Arithmetic& arithmetic);

/// Batch norm of x, [n, c, h, w]; over all ranks where there are some. Collective in training then.
torch::Tensor normalise(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const Arithmetic& arithmetic);

/// max(batch norm of x + shortcut, 0); the shortcut may be undefined.
torch::Tensor normalise_relu(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                             const Arithmetic& arithmetic);

/// The mean over all pixels, [n, c, h, w] -> [n, c], in `precision`.
torch::Tensor pooled(const torch::Tensor& x, torch::Dtype precision);

}  // namespace m2m::nn
