#pragma once
// Trials of the synthetic data set from their first step to their last, and whether two end alike.
#include <algorithm>

#include "support/test_device.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::testing {

/// Trains the trial of tiny_config(given) to its end.
inline train::Trial run_to_end(const Json& given, std::int64_t steps_at_once = 1000) {
  train::Trial trial(tiny_trial(tiny_config(given)));
  while (!trial.done()) trial.submit(steps_at_once);
  return trial;
}

/// True if all weights and running statistics agree, as on this device they can.
inline bool same_weights(const train::Trial& a, const train::Trial& b) {
  const checkpoints::NetworkState left = train::copy_state(a.network()), right = train::copy_state(b.network());
  return std::all_of(left.begin(), left.end(),
                     [&](const auto& item) { return agree(item.second, right.at(item.first)); });
}

}  // namespace m2m::testing
