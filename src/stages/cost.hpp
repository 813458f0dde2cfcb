#pragma once
// Rough models of a stage: how long it takes, for dry runs and for starting the dearest first; what memory, for
// starting several at once.
#include <optional>

#include "core/config.hpp"
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Seconds on one rank: multiply-adds of all passes over an assumed rate. Only ratios between stages are to be
/// trusted. until: the epoch to stop before; the schedule's last unless given.
double estimated_seconds(const Config& resolved, const train::LoadedData& data,
                         std::optional<int> until = std::nullopt);

/// Bytes of its device that a stage may take, generously: twice what a recorded trial of ResNet-32 was expected to
/// take, and in proportion to batch and network. An upper bound for wide networks, whose activations grow slower
/// than their multiply-adds. Not for refusing anything. Pure.
double estimated_memory(const Config& resolved, const train::LoadedData& data);

}  // namespace m2m::stages
