#pragma once
// The arithmetic of a stage that is not part of its id: a stage that is resumed with another one says so, and its
// record names both.
#include "checkpoints/trial_state.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {

/// The arithmetic of a run: device, executor, whether sums have a fixed order and, on a CPU, the kernels.
/// environment: that of the run. Pure.
checkpoints::Arithmetic arithmetic_of(const train::TrialSettings& settings, const Json& environment);

/// `begun` with the arithmetic of a further run, if it differs from that of the last one. Pure.
checkpoints::Arithmetic continued(checkpoints::Arithmetic begun, const checkpoints::Arithmetic& further);

/// The facts that changed: "kernels (torch, then amx)"; "" if none did. Pure.
std::string changes_text(const checkpoints::Arithmetic& used);

/// The environment for a record: a fact that changed has all its values, "torch, then amx". Pure.
Json with_changes(Json environment, const checkpoints::Arithmetic& used);

}  // namespace m2m::stages
