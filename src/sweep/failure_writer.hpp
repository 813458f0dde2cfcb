#pragma once
// Leaves failure.json in the folder of every trial that did not get to its end.
#include "results/layout.hpp"
#include "sweep/coordinator.hpp"

namespace m2m::sweep {

/// A trial that failed or diverged gets its own reason; one that needs a failed stage is told which. A trial that
/// is started again loses the failure.json of its earlier attempt. Throws Error (input_output) into the
/// coordinator.
class FailureWriter : public SweepObserver {
 public:
  FailureWriter(const Scheduler& scheduler, results::OutputFolder out)
      : scheduler_(scheduler), out_(std::move(out)) {}

  void started(int stage, const std::string& place) override;
  void ended(int stage) override;
  void blocked(int stage) override;

 private:
  void write(int stage, const std::string& reason, bool diverged);

  const Scheduler& scheduler_;
  results::OutputFolder out_;
};

}  // namespace m2m::sweep
