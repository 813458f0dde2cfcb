#pragma once
// Several trials at a time on a device: what goes together with that, and what is said of it.
#include <string>
#include <vector>

#include "study/graph.hpp"

namespace m2m::apps {

inline constexpr int most_trials_per_device = 32;  // libtorch has that many streams for a GPU

/// Throws Error (usage) where ranks would share both devices and trials. ranks_per_trial: 0 for auto.
void refuse_groups_on_shared_devices(int trials_per_device, int ranks_per_trial);

/// Throws Error (usage) where a stage to run is to be deterministic, which takes 8 threads of its own.
void refuse_shards_on_shared_devices(int trials_per_device, const study::StageGraph& graph,
                                     const std::vector<bool>& exists);

/// "2 ranks with up to 4 trials at a time each, as memory admits"; empty where each has one.
std::string shared_devices_text(int ranks, int trials_per_device);

}  // namespace m2m::apps
