#pragma once
// Leaves failure.json in the folder of every trial that did not get to its end.
#include "results/output_folder.hpp"
#include "study/stage.hpp"
#include "sweep/coordinator.hpp"

namespace m2m::sweep {

/// A trial that failed or diverged gets its own reason; one that needs a failed stage is told which. A trial that
/// is started again loses the failure.json of its earlier attempt. Throws Error (input_output) into the
/// coordinator.
class FailureWriter : public SweepObserver {
 public:
  FailureWriter(const Scheduler& scheduler, results::OutputFolder out)
      : scheduler_(scheduler), out_(std::move(out)) {}

  void on_started(int stage, const std::string& host) override;
  void on_finished(int stage) override;
  void on_blocked(int stage) override;

 private:
  void write(int stage, const std::string& reason, bool diverged);

  const Scheduler& scheduler_;
  results::OutputFolder out_;
};

// A stage that threw is tried again, for failures that pass: a device that was lost, a file that was not there yet.

/// `run`, with up to max_retries further tries of a stage that throws; it goes on from what it left behind. A
/// WriteError is not tried again and not counted.
///
/// single_rank: this rank runs trials by itself, and tries again at once. In a group the exception leaves (it ends
/// the job, as others wait for this rank), but not before it is noted in the stage's folder: the runs that follow
/// try again, and once the tries are used up the stage fails without being run.
study::RunFn with_retries(study::RunFn run, const results::OutputFolder& out, int max_retries, bool single_rank);

}  // namespace m2m::sweep
