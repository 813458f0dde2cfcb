#pragma once
// Checks of a trial's settings that need its data set, before anything is trained.
#include <string>
#include <vector>

#include "core/config.hpp"
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Throws Error (usage) if the data do not fit the settings of a trial: vectors of features, too few classes, no
/// balanced full set, no tail for ImbSAM, images that cannot be augmented, steps that cannot run fused.
void check_against_data(const Config& resolved, const train::LoadedData& data);

/// The same of the settings of a g. data: its own; an oracle's differ from the trial's.
void check_g_against_data(const Config& config_of_g, const train::LoadedData& data);

/// Throws Error (usage) if steps are to run fused and the network cannot; does not look at this machine.
void check_fused(const Config& resolved, const train::LoadedData& data);

/// The same of a g. has_own_precision: m2m.g_precision decides on it, which the error then names.
void check_fused_g(const Config& config_of_g, const train::LoadedData& data, bool has_own_precision);

/// Notices of the parts of a trial that `ranks` ranks share which are operations, though its executor is 'fused'.
std::vector<std::string> unfused_notices(const Config& resolved, int ranks);

}  // namespace m2m::stages
