#pragma once
// Why a sweep stops before its end.
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace m2m::sweep {

enum class StopReason {
  none,         // it does not
  interrupted,  // somebody wants it to end: SIGINT, SIGTERM, SIGHUP, a lock that was taken over
  requeue,      // its job is to end and to be put back into the queue: SIGUSR1, SIGUSR2, SIGXCPU, the time limit
  failed,       // a stage failed, and the first failure was to stop it
  unwritable,   // a file cannot be written, or the reader of the log is gone
};

// Signals as a wish to stop.

/// While it lives, the first signal that asks for a stop is noted. One at a time per process; local.
///
/// SIGINT, SIGTERM and SIGHUP ask for an interruption, SIGUSR1, SIGUSR2 and SIGXCPU for a requeue. SIGHUP is left
/// alone where it was ignored before, as nohup does. SIGPIPE and SIGXFSZ are ignored: the write that causes them
/// fails, and is treated as one that failed.
///
/// A second SIGINT or SIGTERM ends the process as if there were no handler. One after another signal does not yet:
/// a workload manager sends SIGUSR1 and SIGTERM where it takes a job's node away, a session that ends SIGHUP and
/// SIGTERM.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// What the first signal asks for; none where none has come.
  static StopReason received();

 private:
  void handle(int signal, void (*handler)(int));

  std::vector<std::pair<int, struct sigaction>> before_;  // what was done at each signal, to be put back
};

// When a sweep has to stop so that it is done before its job's time is up.

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
