#pragma once
// SIGINT, SIGTERM and SIGUSR1 as a wish to stop.
#include "sweep/stop_reason.hpp"

namespace m2m {

/// While it lives, the first of these signals is noted. One at a time per process; local.
///
/// A second SIGINT or SIGTERM ends the process as if there were no handler. One after SIGUSR1 does not yet: a
/// workload manager sends both where it takes a job's node away.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// What the first signal asks for: requeue where it was SIGUSR1, else interrupted; none where none has come.
  static StopReason received();
};

}  // namespace m2m
