#pragma once
// A profile for people: a table, and a trace for chrome://tracing or ui.perfetto.dev.
#include <string>
#include <vector>

#include "core/profile.hpp"

namespace m2m {

/// What the arithmetic of a phase is compared with.
struct MeasuredPeak {
  double operations_per_second = 0;  // of all threads; a multiply-add is two; 0: not known
  int threads = 1;
  std::string of;  // "float32, avx512"
};

/// A line per phase that was called, what lies between them, and the peak: time, share of `whole_seconds`, calls,
/// 10^9 floating-point operations a second and their share of the peak. Pure.
std::vector<std::string> profile_table(const PhaseTotals& totals, double whole_seconds, const MeasuredPeak& peak);

/// The events as Chrome trace JSON: complete events in microseconds, with the rank as their process. Pure.
std::string chrome_trace(const std::vector<ProfileEvent>& events, std::int64_t left_out, int rank);

}  // namespace m2m
