#pragma once
// The coordinator: drives the scheduler with what the workers say.
#include <functional>
#include <string>

#include "comm/messages/mailbox.hpp"
#include "sweep/scheduler.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// Who wants to know what happens in a sweep; called from the coordinator's thread, after the scheduler knows it.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// `place`: "host a17", as the worker says it.
  virtual void on_started(int /*stage*/, const std::string& /*place*/) {}
  virtual void on_finished(int /*stage*/) {}
  /// `stage` can never run, as the scheduler's status().because tells.
  virtual void on_blocked(int /*stage*/) {}
  /// Of a rank, for people. `place`: where it is, "host a17".
  virtual void on_log_line(int /*rank*/, const std::string& /*place*/, const std::string& /*text*/) {}
  /// The sweep stops before its end.
  virtual void on_stopping(StopReason /*reason*/) {}
  /// Every few milliseconds.
  virtual void on_tick(double /*now*/) {}
};

struct CoordinatorSettings {
  int ranks = 1;
  std::function<double()> clock;               // seconds, steady
  std::function<StopReason()> stop_requested;  // what this process was asked for, or the job's time
  bool fail_fast = false;                      // the first stage that fails or diverges stops the sweep
  int ranks_per_trial = 1;                     // groups of that many ranks in turn; the last one may be smaller
  int trials_per_device = 1;                   // seats of a rank; more than one: ranks_per_trial is 1
};

/// To the scheduler, seat s of a group is the number (its first rank) * trials_per_device + s. All ranks of a group
/// are sent its stages; the first one's word counts. A seat gets stages from its Here to an StageFinished that says
/// it leaves.
///
/// Runs the sweep to its end, or to where every running stage has stopped, then dismisses all workers.
///
/// A stage that ends unsaved stops the sweep.
///
/// Returns when every worker has said its last word, with the first reason there was to stop. What an observer
/// throws stops the sweep, dismisses the workers and is thrown again, and so is Error (input_output) where message
/// passing fails.
StopReason run_coordinator(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
                           const CoordinatorSettings& settings);

}  // namespace m2m::sweep
