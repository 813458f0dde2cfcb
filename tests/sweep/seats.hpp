#pragma once
// What tests of several stages at once have in common.
#include <chrono>
#include <functional>
#include <thread>

#include "random_graph.hpp"

namespace m2m::fake {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Asks every millisecond until it is so, for at most 20 s; whether it was.
inline bool wait_for(const std::function<bool()>& condition) {
  const auto end = Clock::now() + std::chrono::seconds(20);
  for (; Clock::now() < end; std::this_thread::sleep_for(milliseconds(1))) {
    if (condition()) return true;
  }
  return false;
}

inline study::StageGraph trials(int count) {
  std::vector<study::StageRequest> requests;
  for (int i = 0; i < count; ++i) requests.push_back(fake::request("trial " + std::to_string(i), 1));
  return study::make_graph(requests);
}

inline study::StageResult done() { return {study::StageEnd::done, "", ExitCode::done, 0}; }
inline study::StageResult stopped() { return {study::StageEnd::interrupted, "stopped", ExitCode::interrupted, 0}; }
inline void report_an_epoch(study::StageContext& context) { context.progress({1, 10, 0, 0, 0, 0}); }

}  // namespace m2m::fake
