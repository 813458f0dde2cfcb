#pragma once
// A rough model of how long a stage takes, for dry runs and for starting the dearest first.
#include <optional>

#include "core/config.hpp"
#include "train/loaded_data.hpp"

namespace m2m {

/// Seconds on one rank: multiply-adds of all passes over an assumed rate. Only ratios between stages are to be
/// trusted. until: the epoch to stop before; the schedule's last unless given.
double estimated_seconds(const Config& resolved, const LoadedData& data, std::optional<int> until = std::nullopt);

}  // namespace m2m
