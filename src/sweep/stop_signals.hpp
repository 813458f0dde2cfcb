#pragma once
// Signals as a wish to stop.
#include <csignal>
#include <utility>
#include <vector>

#include "sweep/stop_reason.hpp"

namespace m2m::sweep {

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

}  // namespace m2m::sweep
