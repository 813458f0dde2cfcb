#pragma once
// Batch norm over the shares of all ranks, in libtorch's operations.
#include <torch/nn/modules/batchnorm.h>

#include "nn/sum_over_ranks.hpp"

namespace m2m::nn {

/// Batch norm of x in training, by the statistics of all ranks' shares together, which also move the running ones.
///
/// x: [n, c, h, w] of any precision and device; n may be 0 on some ranks, not on all. Two sums over ranks, one each
/// way. Statistics in float64. Collective, as is its backward pass. `sum` is not null.
torch::Tensor synchronised_batch_norm(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x, SharedSum sum);

}  // namespace m2m::nn
