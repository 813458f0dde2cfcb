#pragma once
// How batch norm learns what other ranks of a trial see.
#include <torch/types.h>

#include <functional>

namespace m2m::nn {

/// Collective: turns a contiguous float64 tensor into the sum of the ranks' tensors, in place. Empty: there are no
/// other ranks, or their share of the batch is none of this rank's business.
using SumOverRanks = std::function<void(torch::Tensor& values)>;

}  // namespace m2m::nn
