#pragma once
// Generation counts as tensors, for the file that a trial resumes from.
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace m2m::checkpoints {

/// int64 [pairs, 2 + outcomes]: seed class, target class, slots by outcome. On the host.
torch::Tensor to_tensor(const results::GenerationCounts& counts);

/// The counts of such a tensor. Throws std::out_of_range unless it is one of `classes` classes.
results::GenerationCounts generation_from_rows(const torch::Tensor& rows, int classes);

/// The counts of a state of format 1: planned int64 [outcomes * K * K], accepted int64 [K * K], over (seed class,
/// target class). Throws std::out_of_range if the sizes differ.
results::GenerationCounts generation_from_dense(const torch::Tensor& planned, const torch::Tensor& accepted,
                                                int classes);

/// Makes `failed_gamma` what is left of `chosen`.
void derive_failed_gamma(results::GenerationCounts& counts);

// All that a trial is between two steps: what it needs to go on elsewhere, or later, as if nothing had happened.

/// Network weights and running statistics, or velocities, by name.
using NetworkState = std::map<std::string, torch::Tensor>;

struct TrialState {
  int epoch = 0;          // epochs done
  std::int64_t step = 0;  // steps done of the next one
  NetworkState network, momentum;
  std::vector<results::EpochRecord> epochs;  // those done
  std::optional<results::Snapshot> best;     // among them
  NetworkState best_network;                 // empty without `best`
  NetworkState counters;                     // of the epoch begun; empty at step 0
  std::vector<double> step_seconds;          // of the epoch begun
};

/// Writes a safetensors file that read_trial_state reads back the same, bit for bit; a kill leaves the old file or
/// the new one. Throws Error (input_output).
void write_trial_state(const std::filesystem::path& file, const TrialState& state);

/// Local. Throws Error: input_output where it cannot be read, bad_data where it is damaged or something else.
TrialState read_trial_state(const std::filesystem::path& file);

}  // namespace m2m::checkpoints
