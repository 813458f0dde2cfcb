#pragma once
// A program that is run to its end and measured from outside.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace m2m::bench {

struct ProcessResult {
  int code = 0;                 // exit code; 128 + signal where a signal ended it
  std::string output;           // standard output and standard error, as they came
  double started = 0;           // seconds on the monotonic clock
  std::int64_t peak_bytes = 0;  // largest resident memory; at least that of this process
};

/// Seconds on the monotonic clock: Python's time.monotonic() and std::chrono::steady_clock.
double monotonic_seconds();

/// Runs command.front(), looked for in PATH, with these changes of the environment, and waits for its end.
///
/// Local. Throws Error (usage) where the program cannot be started, Error (internal) where the system fails.
ProcessResult run_process(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& environment);

/// The last line of what a program said that is not empty: where it failed, that mostly says why.
std::string last_line(const std::string& output);

}  // namespace m2m::bench
