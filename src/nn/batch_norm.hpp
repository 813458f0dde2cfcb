#pragma once
// Batch norm with what follows it in a ResNet, over the batch of one rank or of all ranks together.
//
// Ioffe, Szegedy, "Batch normalization", 2015.
#include <torch/nn/modules/batchnorm.h>
#include <torch/types.h>

#include <memory>

#include "core/instruction_set.hpp"
#include "nn/layers.hpp"

namespace m2m::nn {

/// Added to a variance before its root: the default of torch, and of the authors' program.
inline constexpr double batch_norm_epsilon = 1e-5;

/// Batch norm of x, [n, c, h, w], in libtorch's operations, of any precision and device.
///
/// In training it uses the statistics of the batch, which also move the running ones. With a sum over ranks, the
/// batch is that of all ranks together, statistics are in float64, and both passes are collective; n may be 0 on
/// some ranks, not on all.
torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const Arithmetic& arithmetic);

/// max(batch norm of x + shortcut, 0); the shortcut may be undefined.
///
/// In training on a CPU in one pass of the project's kernels, if these are chosen; else in libtorch's operations.
/// Collective in training if there is a sum over ranks.
torch::Tensor batch_norm_relu(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                              const Arithmetic& arithmetic);

// Internal: what batch_norm.cpp and batch_norm_fused.cpp share.

/// batch_norm_relu in training, in the project's kernels: one operation for autograd, which keeps x and the result
/// and passes over them twice each way.
///
/// x, shortcut: [n, c, h, w] on the CPU, float32 or bfloat16, c a multiple of 16; n may be 0 if other ranks have
/// images; the shortcut may be undefined. Sums in double over fixed blocks of pixels: the same for any number of
/// threads. Deterministic. Collective if `sum` is not null, as is its backward pass.
torch::Tensor fused_batch_norm_relu(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x,
                                    const torch::Tensor& shortcut, InstructionSet set,
                                    const std::shared_ptr<const SumOverRanks>& sum = nullptr);

/// Two sums per channel, and the number of values that each is over: [c], [c], [1], float64.
struct RankSums {
  torch::Tensor a, b, count;
};

/// Sums over all ranks, in one message that holds a, b and count one after the other. Collective.
RankSums sum_over_ranks(const RankSums& local, const SumOverRanks& sum);

/// Stores the hook in the context of a forward pass and reads it in the backward pass; null stays null.
c10::IValue to_saved(std::shared_ptr<const SumOverRanks> sum);
std::shared_ptr<const SumOverRanks> saved_sum(const c10::IValue& saved);

}  // namespace m2m::nn
