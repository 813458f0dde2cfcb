#pragma once
// Tries of stages over all runs of a sweep: which of them ended with their process, and which are lost for good.
//
// OUT/attempts/ID.log exists while a stage runs, and afterwards if it did not end in order. Its lines: "began N", N
// the bytes of the stage's journal then; "threw REASON", before the process ends; "diverged REASON".
#include <map>
#include <string>

#include "results/output_folder.hpp"
#include "study/graph.hpp"
#include "sweep/coordinator.hpp"

namespace m2m::sweep {

/// Which stages are tried again.
struct RetryRule {
  int max_retries = 1;    // further tries of a stage that ended with its process and got no further than before
  bool failed = false;    // those that have used these tries up as well
  bool diverged = false;  // those whose loss was not finite
};

/// Keeps the files of attempts. Throws WriteError in the coordinator.
class AttemptLog : public SweepObserver {
 public:
  AttemptLog(const Scheduler& scheduler, results::OutputFolder out) : scheduler_(scheduler), out_(std::move(out)) {}

  void on_started(int stage, const std::string& host) override;
  /// A stage that was done or that threw leaves no file, so a later run tries the latter again.
  void on_finished(int stage) override;

 private:
  const Scheduler& scheduler_;
  results::OutputFolder out_;
};

/// Notes why the process is about to end, in a stage that a group of ranks runs. Does not throw.
void note_exception(const study::Stage& stage, const results::OutputFolder& out, const std::string& reason);

/// Does not count the try that is about to end with the process: a file could not be written. Does not throw.
void forget_try(const study::Stage& stage, const results::OutputFolder& out);

/// The stages that are not tried again, by position in the graph: diverged, or failed because their process ended
/// more than rule.max_retries times without an epoch more in their journal. Forgets the attempts of those that the
/// rule tries again. The caller holds the lock of `out`. Throws Error (input_output).
std::map<int, study::StageResult> known_losses(const study::StageGraph& graph, const results::OutputFolder& out,
                                               const RetryRule& rule);

}  // namespace m2m::sweep
