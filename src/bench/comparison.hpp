#pragma once
// The comparison with the authors' program: how a program is run and measured, and the table of the results.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::bench {

/// A process that has ended.
struct ProcessResult {
  int code = 0;                 // exit code; 128 + signal if a signal ended it
  std::string output;           // standard output and standard error, in order
  double started = 0;           // seconds on the monotonic clock
  std::int64_t peak_bytes = 0;  // largest resident memory; at least that of this process
};

/// Seconds on the monotonic clock: Python's time.monotonic() and std::chrono::steady_clock.
double monotonic_seconds();

/// Runs command.front(), found in PATH, with these changes of the environment, and waits for its end.
///
/// Local. Throws Error (usage) if the program cannot be started, Error (internal) if a system call fails.
ProcessResult run_process(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& environment);

/// The last line of a program's output that is not empty: after a failure it usually gives the reason.
std::string last_line(const std::string& output);

/// Times of one process that trained a few steps and evaluated once, in seconds.
struct StepTimes {
  std::vector<double> steps;  // each with the loading of its data; the first one also begins the epoch
  double evaluation = 0;      // of the validation images
  double first_step_end = 0;  // on the monotonic clock, which all processes share
};

/// One line without its newline: {"steps": [...], "evaluation": s, "first_step_end": s}. Every compared program
/// prints it.
std::string step_times_line(const StepTimes& times);

/// Reads the last such line of `output`; other lines are ignored.
///
/// Throws Error (bad_data), beginning with `who`, if there is no such line or it has fewer than two steps.
StepTimes read_step_times(const std::string& output, const std::string& who);

/// Times and memory of one process.
struct Measurement {
  double step = 0;        // seconds, median over all steps but the first
  double evaluation = 0;  // seconds
  double start_up = 0;    // seconds from the start of the process to the end of its first step
  double peak = 0;        // largest resident memory, in MB of 10^6 bytes
};

/// started: seconds on the monotonic clock. times has at least two steps.
Measurement to_measurement(const StepTimes& times, double started, std::int64_t peak_bytes);

/// The methods that are compared.
inline constexpr const char* compared_methods[] = {"ERM", "M2m"};

/// One program in one precision, with the measurements of its runs by method.
struct Contender {
  std::string name;  // a column of the table
  std::map<std::string, std::vector<Measurement>> runs;
};

/// One quantity, with its median over the runs of each contender.
struct ComparisonRow {
  std::string quantity;         // "M2m step"
  std::string unit;             // "s" or "MB"
  std::vector<double> medians;  // in the order of the contenders
  bool computed = false;        // from other medians, not measured itself
};

/// Step, epoch, peak memory and start-up of every method that all contenders have run.
///
/// An epoch is computed: steps_per_epoch times the median step and one evaluation of the validation images. Pure.
std::vector<ComparisonRow> comparison_rows(const std::vector<Contender>& contenders, int steps_per_epoch);

/// The median of the first contender, the authors' program, divided by that of contender `index`.
double ratio(const ComparisonRow& row, std::size_t index);

/// The rows as text, with ratios in brackets and a footnote on computed rows. Pure.
std::string comparison_table(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows,
                             int steps_per_epoch);

/// The rows with medians and ratios, and every run of every contender. Pure.
Json comparison_json(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows);

}  // namespace m2m::bench
