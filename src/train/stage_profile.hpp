#pragma once
// What is left of a stage's profile when it ends: a trace beside its journal, and a table for people.
#include <filesystem>
#include <string>
#include <vector>

#include "core/profile.hpp"
#include "sweep/stage.hpp"
#include "train/settings.hpp"

namespace m2m::stages {

/// An empty profile for a stage of these settings, to be made on the stage's stream (StreamScope). On a GPU it
/// tells the GPU's time: a phase lasts from the end of what was queued before it to the end of its own work, or
/// until the host is done with it if that is later.
Profile begin_profile(const train::TrialSettings& settings);

/// Writes profile.json into `folder` and returns the table, under a line that names the stage and the file.
///
/// Where the file cannot be written, that line says so: no stage is lost for it. Measures the peak of a CPU, which
/// takes 20 ms. Local.
std::vector<std::string> end_profile(Profile& profile, const study::Stage& stage,
                                     const train::TrialSettings& settings, const std::filesystem::path& folder,
                                     int rank);

}  // namespace m2m::stages
