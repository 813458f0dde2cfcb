#include "report/untested.hpp"

#include <algorithm>

#include "core/metrics.hpp"
#include "report/groups.hpp"
#include "settings/table.hpp"

namespace m2m::report {

void note_once(std::vector<std::string>& notes, const std::string& note) {
  if (!note.empty() && std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

std::vector<std::string> untested_notes(const results::StudyResults& results, Selection selection) {
  std::vector<std::string> notes;
  for (const results::TrialOutcome& trial : results.trials) {
    const results::Snapshot* snapshot = trial.record ? selected(*trial.record, selection) : nullptr;
    if (snapshot == nullptr) continue;
    const std::string note = untested_note(untested_classes(snapshot->test), snapshot->test.classes, "test");
    if (!note.empty()) note_once(notes, settings::data_title(trial.planned.config) + ": " + note);
  }
  return notes;
}

}  // namespace m2m::report
