#pragma once
// Stages and results for tests of worker slots.
#include <chrono>

#include "support/eventually.hpp"
#include "support/random_graph.hpp"

namespace m2m::testing {

using Clock = std::chrono::steady_clock;

inline study::StageGraph trial_graph(int count) {
  std::vector<study::StageRequest> requests;
  for (int i = 0; i < count; ++i) requests.push_back(request("trial " + std::to_string(i), 1));
  return study::make_graph(requests);
}

inline study::StageResult done_result() { return {study::StageOutcome::done, "", ExitCode::done, 0}; }
inline study::StageResult stopped_result() {
  return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
}
inline void report_an_epoch(study::StageContext& context) { context.progress({1, 10, 0, 0, 0, 0}); }

}  // namespace m2m::testing
