#pragma once
// When a sweep has to stop so that it is done before its job's time is up.
#include <functional>
#include <optional>
#include <string>

namespace m2m::sweep {

/// As the command line gives it, in seconds.
struct TimeLimit {
  std::optional<double> limit;   // from the start of the program
  std::optional<double> margin;  // how long before the limit to stop
};

/// Seconds of "90" or "1:30:00". `option` names it in the error. Throws Error (usage) on anything else and on 0.
double read_duration(const std::string& option, const std::string& text);

/// Until when a sweep may work.
struct TimeLeft {
  std::optional<double> seconds;  // from now; more than 0; nothing: no limit is known
  std::string remark;             // why SLURM_JOB_END_TIME is not believed; empty: it is, or it is not there
};

/// Without `limit`, the job's end is SLURM_JOB_END_TIME (Unix time). It is not believed if it is no number, or was
/// over when the program began or before the job did (SLURM_JOB_START_TIME): it is then another job's, inherited.
///
/// Without `margin`, it is 60 s, or a tenth of the limit where that is shorter. `environment` is std::getenv
/// outside of tests, `now` the Unix time, `running` how long the program has been running. Throws Error (usage)
/// where nothing is left: a sweep that stops at once to be put back into the queue would come back for ever.
TimeLeft time_left(const TimeLimit& given, const std::function<const char*(const char*)>& environment, double now,
                   double running);

}  // namespace m2m::sweep
