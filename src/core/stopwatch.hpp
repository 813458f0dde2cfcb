#pragma once
// Wall time of this process.
#include <chrono>

namespace m2m {

/// Seconds from `start` until now, of a clock that is never set.
inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace m2m
