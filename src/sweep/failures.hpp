#pragma once
// Failed stages: failure.json, and retries of stages that threw.
#include "results/output_folder.hpp"
#include "study/stage.hpp"
#include "sweep/coordinator.hpp"

namespace m2m::sweep {

/// Writes failure.json into the folder of every trial that failed, diverged or needs a failed stage, with the
/// reason. Removes it when the trial is started again. Throws Error (input_output) in the coordinator.
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

/// Adds to `run` up to max_retries further tries of a stage that throws, for temporary failures such as a lost
/// device. A retry resumes the stage. A WriteError is not retried and not counted.
///
/// single_rank: the rank trains alone and retries at once. In a group the exception propagates (it ends the job,
/// because other ranks wait) after it is noted (attempts.hpp). Later runs of the sweep retry; once no try is left,
/// the stage is lost without being run.
study::RunFn with_retries(study::RunFn run, const results::OutputFolder& out, int max_retries, bool single_rank);

}  // namespace m2m::sweep
