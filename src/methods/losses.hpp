#pragma once
// Losses, per sample: weighting and averaging are the caller's.
#include <torch/types.h>

namespace m2m {

/// Cross-entropy of each sample: log sum_j exp(z_j) - z_y.
///
/// logits: [n, K]; targets: int64 [n]. Returns [n]. Local.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace m2m
