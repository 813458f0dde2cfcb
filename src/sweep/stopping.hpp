#pragma once
// Why a sweep stops before its end: signals and the time limit.
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace m2m::sweep {

/// Reason to stop a sweep.
enum class StopReason {
  none,         // the sweep does not stop
  interrupted,  // SIGINT, SIGTERM, SIGHUP, or another sweep took the lock over
  requeue,      // to be put back into the queue: SIGUSR1, SIGUSR2, SIGXCPU, the time limit
  failed,       // a stage failed, with --fail-fast
  unwritable,   // a file cannot be written, or the log has lost its reader
  stalled,      // a rank is silent, or a stage makes no step
};

/// Notes signals until there is a StopSignals. To be called once, before any library starts.
void catch_signals_early();

/// Notes the first signal that asks for a stop, while the object exists. The first object of a process also has
/// what came after catch_signals_early. One object at a time per process. Local.
///
/// SIGINT, SIGTERM and SIGHUP ask for an interruption; SIGUSR1, SIGUSR2 and SIGXCPU for a requeue. SIGHUP stays
/// ignored if it was ignored before, as under nohup. SIGPIPE and SIGXFSZ are ignored: the write that causes them
/// returns an error.
///
/// A second SIGINT or SIGTERM ends the process as if there were no handler. The first of them after another signal
/// does not: a workload manager that takes a node away sends SIGUSR1 and SIGTERM, a session that ends sends SIGHUP
/// and SIGTERM.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Reason of the first signal; none if there was no signal.
  static StopReason received();

 private:
  void handle(int signal, void (*handler)(int));

  std::vector<std::pair<int, struct sigaction>> before_;  // previous actions of the signals, to be restored
};

/// The time limit of the command line, in seconds.
struct TimeLimit {
  std::optional<double> limit;   // from the start of the program
  std::optional<double> margin;  // how long before the limit to stop
};

/// Parses "90" or "1:30:00" to seconds. option: named in the error. Throws Error (usage) if the text has another
/// format or is 0.
double read_duration(const std::string& option, const std::string& text);

/// Time until a sweep has to stop.
struct TimeLeft {
  std::optional<double> seconds;  // from now, above 0; nothing: no limit is known
  std::string remark;             // why SLURM_JOB_END_TIME is ignored; empty: it is used, or not set
};

/// Computes the time left. By default the limit is SLURM_JOB_END_TIME (Unix time). It is ignored if it is not a
/// number, or lies before the start of the program or of the job (SLURM_JOB_START_TIME): it is then inherited from
/// another job.
///
/// The margin is 60 s by default, or a tenth of the limit if that is shorter. environment: std::getenv outside of
/// tests. now: the Unix time. running: seconds since the program started. Throws Error (usage) if no time is left,
/// because a sweep that stops at once would be put back into the queue for ever.
TimeLeft time_left(const TimeLimit& given, const std::function<const char*(const char*)>& environment, double now,
                   double running);

}  // namespace m2m::sweep
