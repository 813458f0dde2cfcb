#include "report/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "core/untested.hpp"
#include "report/groups.hpp"
#include "settings/texts.hpp"

namespace m2m::report {

using results::TrialOutcome;

namespace {

using Trials = std::vector<const TrialOutcome*>;

/// "77d0.. (reason), 81ab.. (reason)"; empty where no trial is meant.
struct Named {
  int count = 0;
  std::string text;
};

/// A reason is one line here, whatever it was where it was written.
std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

Named named(const Trials& trials, IdPrefix prefix, const std::function<bool(const TrialOutcome&)>& meant) {
  Named list;
  for (const TrialOutcome* trial : trials) {
    if (!meant(*trial)) continue;
    if (list.count++ > 0) list.text += ", ";
    list.text += trial->planned.id.substr(0, prefix.digits) + "..";
    if (!trial->reason.empty()) list.text += " (" + on_one_line(trial->reason) + ")";
  }
  return list;
}

}  // namespace

IdPrefix unique_prefix(const results::StudyResults& results) {
  IdPrefix prefix;
  std::size_t longest = 0;
  std::set<std::string> ids;
  for (const TrialOutcome& trial : results.trials) {
    ids.insert(trial.planned.id);
    longest = std::max(longest, trial.planned.id.size());
  }
  for (; prefix.digits < longest; ++prefix.digits) {
    std::set<std::string> shortened;
    for (const std::string& id : ids) shortened.insert(id.substr(0, prefix.digits));
    if (shortened.size() == ids.size()) break;
  }
  return prefix;
}

std::vector<std::string> what_is_missing(const Trials& trials, const std::string& where, Selection selection,
                                         IdPrefix prefix) {
  std::vector<std::string> sentences;
  const auto say = [&](const Named& list, const char* what) {
    if (list.count == 0) return;
    sentences.push_back(
        fmt::format("{}: {} of {} trials {}: {}", where, list.count, trials.size(), what, list.text));
  };
  const auto with = [&](results::TrialStatus status) {
    return named(trials, prefix, [&](const TrialOutcome& trial) { return trial.status == status; });
  };
  say(with(results::TrialStatus::failed), "failed");
  say(with(results::TrialStatus::diverged), "diverged");
  say(with(results::TrialStatus::missing), "missing");
  if (selection == Selection::best) {
    say(named(trials, prefix, [](const TrialOutcome& trial) { return trial.record && !trial.record->best; }),
        "have no best epoch");
  }
  return sentences;
}

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
