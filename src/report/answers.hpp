#pragma once
// Which of the stored logits a report needs, and what it keeps of them: logits of a whole study need not fit into
// memory.
#include <string>
#include <vector>

#include "report/options.hpp"
#include "results/study_results.hpp"

namespace m2m::report {

/// What is kept of the logits on the test set, at the selected epoch of each trial.
struct AnswerUse {
  Selection selection = Selection::last;
  bool ranking = false;      // Snapshot::test_ranking
  bool predictions = false;  // Snapshot::test_predictions
  bool logits = false;       // Snapshot::test_logits
};

/// The use that these metrics make of logits, and their intervals if options.resamples > 0. Pure. Throws Error
/// (usage) as find_metric does.
AnswerUse answer_use(const std::vector<std::string>& metrics, const TableOptions& options);

/// Reads no logits if none are used; else reduces each record to what is used of them. Pure.
results::RecordReading reading_for(const AnswerUse& use);

}  // namespace m2m::report
