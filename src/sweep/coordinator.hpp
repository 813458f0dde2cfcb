#pragma once
// The coordinator: drives the scheduler with the messages of the workers.
#include <functional>
#include <string>

#include "comm/messages/mailbox.hpp"
#include "sweep/scheduler.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// Receives the events of a sweep, in the coordinator's thread, after the scheduler was updated.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// Called when a stage starts. host: "host a17", from the worker, and the number of ranks of a group.
  virtual void on_started(int /*stage*/, const std::string& /*host*/) {}
  /// Called when a stage has ended, and at the begin for each stage that an earlier run lost (its slot is -1).
  virtual void on_finished(int /*stage*/) {}
  /// Called if `stage` can never run; the scheduler's status().cause is the stage that failed.
  virtual void on_blocked(int /*stage*/) {}
  /// Called with a log line from a rank. host: "host a17".
  virtual void on_log_line(int /*rank*/, const std::string& /*host*/, const std::string& /*text*/) {}
  /// Called when the sweep stops before its end.
  virtual void on_stopping(StopReason /*reason*/) {}
  /// Called every few milliseconds; `now` as in CoordinatorSettings::clock.
  virtual void on_tick(double /*now*/) {}
};

struct CoordinatorSettings {
  int ranks = 1;
  std::function<double()> clock;               // seconds, steady
  std::function<StopReason()> stop_requested;  // from a signal to this process, or the job's time
  bool fail_fast = false;                      // the first stage that fails or diverges stops the sweep
  int ranks_per_trial = 1;                     // size of the groups of ranks; the last one may be smaller
  int trials_per_device = 1;                   // worker slots of a rank; if more than one, ranks_per_trial is 1
  double stall_timeout = 0;                    // seconds; 0: stalls are not watched for
  double stall_grace = 10;                     // seconds that other stages get to save their states
  std::function<void(const std::string& sentence)> end_job = {};  // after a stall; does not return
};

/// Runs the sweep to its end, or until every running stage has stopped, then shuts all workers down. Returns the
/// first stop reason after every worker has sent Goodbye.
///
/// The scheduler knows slot s of a group as number (its first rank) * trials_per_device + s. All ranks of a group
/// get its stages; the result of its first rank counts. A slot gets stages from its Ready until a StageFinished
/// that withdraws it. A stage that ends unsaved stops the sweep.
///
/// Ranks with several slots are told the largest estimate of the memory of the stages left, whenever it changes and
/// before they get a stage.
///
/// A rank that gives no sign of life for stall_timeout, or a stage that makes no step for it, stops the sweep: the
/// observers get a log line about each, the other stages save their states, then end_job ends the job, because the
/// workers cannot all say Goodbye. A rank that is silent during the shutdown ends the job at once.
///
/// If an observer throws, or message passing fails with Error (input_output), the sweep stops, the workers are shut
/// down and the exception propagates.
StopReason run_coordinator(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
                           const CoordinatorSettings& settings);

}  // namespace m2m::sweep
