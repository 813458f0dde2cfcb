#pragma once
// All that a trial is between two steps: what it needs to go on elsewhere, or later, as if nothing had happened.
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace m2m::checkpoints {

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
