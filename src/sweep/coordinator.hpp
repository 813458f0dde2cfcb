#pragma once
// The coordinator: drives the scheduler with what the workers say.
#include <functional>
#include <string>

#include "dist/messages/mailbox.hpp"
#include "sweep/scheduler.hpp"

namespace m2m {

/// Who wants to know what happens in a sweep; called from the coordinator's thread, after the scheduler knows it.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// `place`: "host a17", as the worker says it.
  virtual void started(int /*stage*/, const std::string& /*place*/) {}
  virtual void ended(int /*stage*/) {}
  /// `stage` can never run, as the scheduler's status().because tells.
  virtual void blocked(int /*stage*/) {}
  /// The sweep was asked to stop.
  virtual void stopping() {}
  /// Every few milliseconds.
  virtual void tick(double /*now*/) {}
};

struct CoordinatorSettings {
  int ranks = 1;
  int ranks_per_trial = 1;               // groups of that many ranks in turn; the last one may be smaller
  std::function<double()> clock;         // seconds, steady
  std::function<bool()> stop_signalled;  // whether this process was asked to stop
};

/// To the scheduler, a group is its first rank. All ranks of a group are sent its stages; the first one's word
/// counts.
///
/// Runs the sweep to its end, or to where every running stage has stopped, then dismisses all workers.
///
/// Returns when every worker has said its last word. What an observer throws stops the sweep, dismisses the workers
/// and is thrown again, and so is Error (input_output) where message passing fails.
void coordinate(Scheduler& scheduler, Mailbox& mail, const std::vector<SweepObserver*>& observers,
                const CoordinatorSettings& settings);

}  // namespace m2m
