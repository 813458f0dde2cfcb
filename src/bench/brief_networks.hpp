#pragma once
// Networks that were trained for a few steps, so that batch norm has statistics and gradients are no noise.
#include <memory>

#include "bench/workbench.hpp"
#include "checkpoints/checkpoint.hpp"

namespace m2m::bench {

/// The states of a classifier and of a g after a few steps of ERM from different keys.
struct BriefStates {
  checkpoints::NetworkState f, g;
};

/// Trains both on the bench's data. Local, deterministic on a CPU.
BriefStates train_briefly(Workbench& bench);

/// A network of the settings with this state. Not thread-safe.
std::shared_ptr<nn::Network> network_from(Workbench& bench, const Config& config,
                                          const checkpoints::NetworkState& state);

}  // namespace m2m::bench
