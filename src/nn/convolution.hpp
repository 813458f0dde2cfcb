#pragma once
// 3x3 convolutions of training.
#include <torch/types.h>

#include <optional>

#include "core/instruction_set.hpp"

namespace m2m::nn {

/// Convolution of x with weight, zero padding 1, in the precision of x whatever that of the weight: autograd
/// carries the gradient back to the weight's.
///
/// x: [n, in, h, w]; weight: [out, in, 3, 3]; returns [n, out, h', w']. With an instruction set, float32 on the CPU
/// runs forward and back to x by Winograd's tiles where they suit (kernels/winograd.hpp), channels last; everything
/// else, and the weight's gradient, is libtorch's. Local, deterministic.
torch::Tensor convolve3x3(const torch::Tensor& x, const torch::Tensor& weight, int stride,
                          std::optional<InstructionSet> set);

}  // namespace m2m::nn
