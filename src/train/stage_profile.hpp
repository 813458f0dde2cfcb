#pragma once
// What is left of a stage's profile when it ends: a trace beside its journal, and a table for people.
#include <filesystem>
#include <string>
#include <vector>

#include "core/profile.hpp"
#include "sweep/stage.hpp"
#include "train/settings.hpp"

namespace m2m {

/// An empty profile for a stage of these settings; on a GPU it waits for what is queued before it reads the clock.
Profile begin_profile(const TrainSettings& settings);

/// Writes profile.json into `folder` and returns the table, under a line that names the stage and the file.
///
/// Where the file cannot be written, that line says so: no stage is lost for it. Measures the peak of a CPU, which
/// takes 20 ms. Local.
std::vector<std::string> end_profile(const Profile& profile, const Stage& stage, const TrainSettings& settings,
                                     const std::filesystem::path& folder, int rank);

}  // namespace m2m
