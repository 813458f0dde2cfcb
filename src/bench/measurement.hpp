#pragma once
// What a measured process says of itself, in one line of JSON: the seam between `compare` and the programs it
// compares.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m::bench {

/// Times of one process that trained a few steps and evaluated once; seconds.
struct StepTimes {
  std::vector<double> steps;  // each with the loading of its data; the first one also begins the epoch
  double evaluation = 0;      // of the validation images
  double first_step_end = 0;  // on the system's monotonic clock, which all processes share
};

/// One line without its newline: {"steps": [...], "evaluation": s, "first_step_end": s}.
std::string step_times_line(const StepTimes& times);

/// Reads the last line of `output` that is such an object; whatever else was printed does not matter.
///
/// Throws Error (bad_data), beginning with `who`, where there is none or it has fewer than two steps.
StepTimes read_step_times(const std::string& output, const std::string& who);

/// A process as its parent sees it.
struct Measurement {
  double step = 0;        // seconds, median over the steps but the first
  double evaluation = 0;  // seconds
  double start_up = 0;    // seconds from the start of the process to the end of its first step
  double peak = 0;        // largest resident memory, in MB of 10^6 bytes
};

/// started: seconds on the monotonic clock. times has at least two steps.
Measurement measurement_of(const StepTimes& times, double started, std::int64_t peak_bytes);

}  // namespace m2m::bench
