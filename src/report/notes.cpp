#include "report/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "core/metrics.hpp"
#include "settings/table.hpp"

namespace m2m::report {

using results::TrialOutcome;

namespace {

/// Some trials of a group: "77d0.. (reason), 81ab.. (reason)".
struct NamedTrials {
  int count = 0;
  std::string text;
};

/// Joins the lines of a reason: a sentence below a table is one line.
std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

NamedTrials name_trials(const Group& trials, IdPrefix prefix,
                        const std::function<bool(const TrialOutcome&)>& is_meant) {
  NamedTrials named;
  for (const TrialOutcome* trial : trials) {
    if (!is_meant(*trial)) continue;
    if (named.count++ > 0) named.text += ", ";
    named.text += trial->planned.id.substr(0, prefix.digits) + "..";
    if (!trial->reason.empty()) named.text += " (" + on_one_line(trial->reason) + ")";
  }
  return named;
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

std::vector<std::string> missing_notes(const Group& group, const std::string& location, Selection selection,
                                       IdPrefix prefix) {
  std::vector<std::string> notes;
  const auto add = [&](const char* outcome, const std::function<bool(const TrialOutcome&)>& is_meant) {
    const NamedTrials named = name_trials(group, prefix, is_meant);
    if (named.count == 0) return;
    notes.push_back(
        fmt::format("{}: {} of {} trials {}: {}", location, named.count, group.size(), outcome, named.text));
  };
  const auto has_status = [](results::TrialStatus status) {
    return [status](const TrialOutcome& trial) { return trial.status == status; };
  };
  add("failed", has_status(results::TrialStatus::failed));
  add("diverged", has_status(results::TrialStatus::diverged));
  add("missing", has_status(results::TrialStatus::missing));
  if (selection == Selection::best) {
    add("have no best epoch", [](const TrialOutcome& trial) { return trial.record && !trial.record->best; });
  }
  return notes;
}

std::vector<std::string> untested_notes(const results::StudyResults& results, Selection selection) {
  std::vector<std::string> notes;
  for (const TrialOutcome& trial : results.trials) {
    const results::Snapshot* snapshot = trial.record ? selected_snapshot(*trial.record, selection) : nullptr;
    if (snapshot == nullptr) continue;
    const std::string note = untested_note(untested_classes(snapshot->test), snapshot->test.classes, "test");
    if (!note.empty()) add_once(notes, settings::data_title(trial.planned.config) + ": " + note);
  }
  return notes;
}

void add_once(std::vector<std::string>& notes, const std::string& note) {
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

}  // namespace m2m::report
