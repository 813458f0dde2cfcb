#pragma once
// Generation counts as tensors, for the file that a trial resumes from.
#include <torch/types.h>

#include "results/record.hpp"

namespace m2m::checkpoints {

/// int64 [pairs, 2 + outcomes]: seed class, target class, slots by outcome. On the host.
torch::Tensor tensor_of(const results::GenerationCounts& counts);

/// The counts of such a tensor. Throws std::out_of_range unless it is one of `classes` classes.
results::GenerationCounts generation_of(const torch::Tensor& rows, int classes);

/// The counts of a state of format 1: planned int64 [outcomes * K * K], accepted int64 [K * K], over (seed class,
/// target class). Throws std::out_of_range if the sizes differ.
results::GenerationCounts generation_of_dense(const torch::Tensor& planned, const torch::Tensor& accepted,
                                              int classes);

/// Makes `failed_gamma` what is left of `chosen`.
void derive_failed_gamma(results::GenerationCounts& counts);

}  // namespace m2m::checkpoints
