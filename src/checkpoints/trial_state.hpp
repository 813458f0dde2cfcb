#pragma once
// The state of a trial between two steps, its file, and generation counts as tensors.
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace m2m::checkpoints {

/// Counts as int64 [pairs, 2 + outcomes] on the CPU: seed class, target class, slots by outcome. Pure.
torch::Tensor to_tensor(const results::GenerationCounts& counts);

/// Counts from the tensor of to_tensor. Throws std::out_of_range unless it is one of `classes` classes.
results::GenerationCounts generation_from_rows(const torch::Tensor& rows, int classes);

/// Counts from a state of format 1: planned int64 [outcomes * K * K], accepted int64 [K * K], over (seed class,
/// target class). Throws std::out_of_range if the sizes differ.
results::GenerationCounts generation_from_dense(const torch::Tensor& planned, const torch::Tensor& accepted,
                                                int classes);

/// Sets failed_gamma = chosen - failed_coin - accepted.
void derive_failed_gamma(results::GenerationCounts& counts);

/// Weights and running statistics of a network, or velocities, by name.
using NetworkState = std::map<std::string, torch::Tensor>;

/// What rounds the steps of a trial and is not part of its id, as its environment names it, with all values that
/// were used, in order: {"kernels": ["torch", "amx"]}.
using Arithmetic = std::map<std::string, std::vector<std::string>>;

/// All that a trial needs to continue elsewhere or later as if it had not been interrupted.
struct TrialState {
  int epoch = 0;          // finished epochs
  std::int64_t step = 0;  // finished steps of the next epoch
  NetworkState network, momentum;
  std::vector<results::EpochRecord> epochs;  // of the finished epochs
  std::optional<results::Snapshot> best;     // of the epoch of best validation bACC
  NetworkState best_network;                 // empty if there is no `best`
  NetworkState counters;                     // of the current epoch; empty at step 0
  std::vector<double> step_seconds;          // of the current epoch
  std::vector<int> levels;     // of augmentation, [K], by the last epoch's tests; empty without a curriculum
  Arithmetic arithmetic = {};  // of all steps so far; empty in files of earlier versions
};

/// Writes a safetensors file that read_trial_state reads back bit for bit; a kill leaves the old file or the new
/// one. Local. Throws Error (input_output).
void write_trial_state(const std::filesystem::path& file, const TrialState& state);

/// Reads the state. Local. Throws Error (input_output) if the file cannot be read, (bad_data) if it is damaged or
/// another kind of file.
TrialState read_trial_state(const std::filesystem::path& file);

}  // namespace m2m::checkpoints
