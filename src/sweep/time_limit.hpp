#pragma once
// When a sweep has to stop so that it is done before its job's time is up.
#include <functional>
#include <optional>
#include <string>

namespace m2m {

/// As the command line gives it, in seconds.
struct TimeLimit {
  std::optional<double> limit;   // from the start of the program
  std::optional<double> margin;  // how long before the limit to stop
};

/// Seconds of "90" or "1:30:00". `option` names it in the error. Throws Error (usage) on anything else and on 0.
double read_duration(const std::string& option, const std::string& text);

/// Seconds from now until the sweep has to stop; 0 where that time is past, nothing where no limit is known.
///
/// Without `limit`, the job's end is SLURM_JOB_END_TIME (Unix time), which is ignored where it is no number.
/// Without `margin`, it is 60 s, or a tenth of the limit where that is shorter. `environment` is std::getenv
/// outside of tests, `now` the Unix time, `running` how long the program has been running. Throws Error (usage)
/// where the margin leaves nothing of a limit from the command line.
std::optional<double> seconds_until_stop(const TimeLimit& given,
                                         const std::function<const char*(const char*)>& environment, double now,
                                         double running);

}  // namespace m2m
