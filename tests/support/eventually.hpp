#pragma once
// Waits for other threads and processes.
#include <chrono>
#include <functional>
#include <thread>

namespace m2m::testing {

/// Waits until `condition` is true; checks it every millisecond for at most `limit`. Returns false after that.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (; std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
    if (condition()) return true;
  }
  return false;
}

}  // namespace m2m::testing
