#pragma once
// Batch norm with what follows it in a ResNet.
#include <torch/nn/modules/batchnorm.h>
#include <torch/types.h>

#include "core/instruction_set.hpp"
#include "nn/sum_over_ranks.hpp"

namespace m2m::nn {

/// What batch norm adds to a variance before it takes the root: torch's default, and the authors'.
inline constexpr double batch_norm_epsilon = 1e-5;

/// max(batch norm of x + shortcut, 0) in training: by the batch's own statistics, which also move the running ones.
/// With `sum`, the batch is what all ranks hold together, and both passes are collective.
///
/// x, shortcut: [n, c, h, w] on the CPU (n may be 0 where other ranks hold images), float32 or bfloat16, channels
/// last, c a multiple of 16; shortcut may be undefined. One operation for autograd: it keeps x and the result, and
/// goes over them twice each way. Sums in double over fixed blocks of pixels: the same for any number of threads.
/// Local. Ioffe, Szegedy, "Batch normalization", 2015.
torch::Tensor batch_norm_relu(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x,
                              const torch::Tensor& shortcut, InstructionSet set, SharedSum sum = nullptr);

}  // namespace m2m::nn
