#pragma once
// A prefix on disk: the state of a trial after the epochs that several have in common.
#include <filesystem>

#include "core/config.hpp"
#include "checkpoints/trial_state.hpp"

namespace m2m::stages {

/// Writes state.safetensors, then stage.json with its checksum: the prefix exists once that file does. `facts` is
/// added to it. Throws Error (input_output).
void write_prefix(const std::filesystem::path& folder, const checkpoints::TrialState& state, const Json& facts);

/// Throws Error (bad_data) where the state is not the one that stage.json names.
checkpoints::TrialState read_prefix(const std::filesystem::path& folder);

}  // namespace m2m::stages
