#include "results/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <span>

#include "core/error.hpp"
#include "core/text.hpp"
#include "results/hdf5_data.hpp"
#include "results/merged_files.hpp"
#include "results/record.hpp"
#include "results/record_group.hpp"
#include "results/study_results.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle, hdf5::TableColumn;
using Outcomes = std::vector<TrialOutcome>;

/// The settings of a trial: as trained if it is done, else as planned.
const Json& settings(const TrialOutcome& trial) {
  return trial.record ? trial.record->config : trial.planned.config.json();
}

Json member(const Json& object, const std::string& name) {
  return object.is_object() && object.contains(name) ? object.at(name) : Json();
}

double as_number(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  return value.is_null() ? not_measured : value.get<double>();
}

std::string as_text(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : canonical_json(value);
}

template <typename Cells, typename Convert>
Cells converted(const std::vector<Json>& values, const Convert& convert) {
  Cells cells;
  cells.reserve(values.size());
  for (const Json& value : values) cells.push_back(convert(value));
  return cells;
}

/// A column in the narrowest type that holds the values of all trials; only numbers and texts can be missing.
TableColumn typed_column(const std::string& name, const std::vector<Json>& values) {
  const auto all = [&](const auto& test) { return std::all_of(values.begin(), values.end(), test); };
  if (all([](const Json& v) { return v.is_boolean(); })) {
    return {name, converted<hdf5::Flags>(values, [](const Json& v) { return v.get<bool>() ? 1 : 0; })};
  }
  if (all([](const Json& v) { return v.is_number_integer(); })) {
    return {name, converted<hdf5::Integers>(values, [](const Json& v) { return v.get<std::int64_t>(); })};
  }
  if (all([](const Json& v) { return v.is_number() || v.is_boolean() || v.is_null(); })) {
    return {name, converted<hdf5::Numbers>(values, as_number)};
  }
  return {name, converted<hdf5::Texts>(values, as_text)};
}

TableColumn json_column(const std::string& name, const Outcomes& trials,
                        const std::function<Json(const TrialOutcome&)>& value) {
  std::vector<Json> values;
  for (const TrialOutcome& trial : trials) values.push_back(value(trial));
  return typed_column(name, values);
}

void add_settings(std::vector<TableColumn>& columns, const Outcomes& trials) {
  std::set<std::string> names;
  for (const TrialOutcome& trial : trials) {
    for (const auto& [name, value] : settings(trial).items()) {
      if (!value.is_null()) names.insert(name);
    }
  }
  for (const std::string& name : names) {
    std::string column = name;
    std::replace(column.begin(), column.end(), '.', '_');
    columns.push_back(
        json_column(column, trials, [&](const TrialOutcome& trial) { return member(settings(trial), name); }));
  }
}

void add_provenance(std::vector<TableColumn>& columns, const Outcomes& trials) {
  const auto from_record = [&](const char* name, const auto& value) {
    columns.push_back(json_column(
        name, trials, [&](const TrialOutcome& trial) { return trial.record ? value(*trial.record) : Json(); }));
  };
  from_record("numerics_version", [](const TrialRecord& r) { return member(r.identity, "numerics"); });
  from_record("precision", [](const TrialRecord& r) { return member(r.config, "train.precision"); });
  from_record("host", [](const TrialRecord& r) { return member(r.environment, "host"); });
  from_record("processor", [](const TrialRecord& r) { return member(r.environment, "processor"); });
  from_record("gpu", [](const TrialRecord& r) { return member(r.environment, "gpu"); });
  from_record("revision", [](const TrialRecord& r) { return member(r.environment, "revision"); });
  from_record("wall_seconds", [](const TrialRecord& r) { return Json(r.wall_seconds); });
}

const Snapshot* find_snapshot(const TrialOutcome& trial, bool best) {
  if (!trial.record) return nullptr;
  if (!best) return &trial.record->last;
  return trial.record->best ? &*trial.record->best : nullptr;
}

constexpr std::array metric_names = {"bacc",          "gm",          "gm_nonzero",   "accuracy",   "bacc_majority",
                                     "bacc_minority", "first_third", "middle_third", "last_third", "many",
                                     "medium",        "few",         "ece",          "nll"};

/// The metrics of one part of a snapshot; an empty object if the trial has none.
Json metrics_json(const TrialOutcome& trial, bool best, bool test) {
  const Snapshot* snapshot = find_snapshot(trial, best);
  if (snapshot == nullptr) return Json::object();
  const Confusion& confusion = test ? snapshot->test : snapshot->validation;
  if (confusion.classes == 0) return Json::object();
  return results::metrics_json(confusion, test ? snapshot->test_calibration : snapshot->validation_calibration,
                               recorded_counts(trial.record->data, confusion.classes));
}

void add_metrics(std::vector<TableColumn>& columns, const Outcomes& trials, bool best, bool test) {
  std::vector<Json> metrics;
  for (const TrialOutcome& trial : trials) metrics.push_back(metrics_json(trial, best, test));
  const std::string prefix = std::string(best ? "best_" : "last_") + (test ? "test_" : "validation_");
  for (const char* name : metric_names) {
    hdf5::Numbers cells;
    for (const Json& of_trial : metrics) cells.push_back(of_trial.value(name, not_measured));
    columns.push_back({prefix + name, std::move(cells)});
  }
}

void add_snapshots(std::vector<TableColumn>& columns, const Outcomes& trials) {
  for (const bool best : {false, true}) {
    hdf5::Numbers epochs;
    for (const TrialOutcome& trial : trials) {
      const Snapshot* snapshot = find_snapshot(trial, best);
      epochs.push_back(snapshot == nullptr ? not_measured : snapshot->epoch);
    }
    columns.push_back({best ? "best_epoch" : "last_epoch", std::move(epochs)});
    for (const bool test : {true, false}) add_metrics(columns, trials, best, test);
  }
}

/// Makes names unique: a setting may have the name of a column that every study has, which keeps its name.
void rename_duplicates(std::vector<TableColumn>& columns) {
  std::set<std::string> names;
  for (TableColumn& column : columns) {
    while (!names.insert(column.name).second) column.name += "_";
  }
}

/// Writes the table `trials`, a row per planned trial: id, label, status, reason, every setting that any trial has
/// ('.' in names becomes '_'), provenance, and the metrics of last and best epoch in [0, 1]. Missing numbers are
/// NaN, missing texts empty.
void write_trials_table(hid_t root, const StudyResults& results) {
  hdf5::Texts ids, labels, statuses, reasons;
  for (const TrialOutcome& trial : results.trials) {
    ids.push_back(trial.planned.id);
    labels.push_back(trial.planned.label);
    statuses.emplace_back(to_text(trial.status));
    reasons.push_back(trial.reason);
  }
  std::vector<TableColumn> columns = {{"id", ids}, {"label", labels}, {"status", statuses}, {"reason", reasons}};
  add_snapshots(columns, results.trials);
  add_provenance(columns, results.trials);
  add_settings(columns, results.trials);
  rename_duplicates(columns);
  hdf5::write_table(root, "trials", columns);
}

/// Frees the arrays that only the group of the trial needs.
void drop_bulk(TrialRecord& record) {
  record.epochs.clear();
  record.validation_labels = {};
  record.test_labels = {};
  record.features.reset();
  record.translations.reset();
  for (Snapshot* snapshot : {&record.last, record.best ? &*record.best : nullptr}) {
    if (snapshot == nullptr) continue;
    snapshot->validation_logits = {};
    snapshot->test_logits = {};
  }
}

Json outcomes_json(const StudyResults& results) {
  Json outcomes = Json::object();
  for (const TrialOutcome& trial : results.trials) {
    outcomes[trial.planned.id] = {{"status", to_text(trial.status)}, {"reason", trial.reason}};
  }
  return outcomes;
}

void write_results(hid_t root, const OutputFolder& folder, StudyResults& results, const PlannedStudy& study) {
  const Handle group = hdf5::create_group(root, "trial");
  for (const PlannedTrial& planned : study.trials) {
    TrialOutcome& trial = results.trials.emplace_back(read_outcome(folder, planned, RecordParts::all));
    if (!trial.record) continue;
    if (!hdf5::contains(group.get(), planned.id)) {
      write_record(hdf5::create_group(group.get(), planned.id).get(), *trial.record);
    }
    drop_bulk(*trial.record);
  }
  hdf5::write_attribute(root, "study", study.name);
  hdf5::write_text(root, "study", canonical_json(study_to_json(study)));
  hdf5::write_text(root, "outcomes", canonical_json(outcomes_json(results)));
  write_trials_table(root, results);
}

int& counter(MergeSummary& summary, TrialStatus status) {
  switch (status) {
    case TrialStatus::done:
      return summary.done;
    case TrialStatus::failed:
      return summary.failed;
    case TrialStatus::diverged:
      return summary.diverged;
    case TrialStatus::missing:
      break;
  }
  return summary.missing;
}

/// "0dfe972c1e78f7e6, 1b...": the first ids.
std::string first_ids(const std::vector<std::string>& ids) {
  const std::size_t shown = std::min<std::size_t>(ids.size(), 5);
  const std::span<const std::string> first(ids.data(), shown);
  return fmt::format("{}{}", fmt::join(first, ", "), shown < ids.size() ? ", ..." : "");
}

MergeSummary summarise(const OutputFolder& folder, const StudyResults& results) {
  MergeSummary summary{folder.merged(), 0, 0, 0, 0, {}, {}};
  for (const TrialOutcome& trial : results.trials) {
    ++counter(summary, trial.status);
    if (trial.is_damaged) summary.damaged.push_back(trial.planned.id);
    if (trial.status != TrialStatus::failed && trial.status != TrialStatus::diverged) continue;
    summary.remarks.push_back(fmt::format("trial {} {} {}: {}", trial.planned.id, trial.planned.label,
                                          to_text(trial.status), trial.reason));
  }
  if (!results.not_planned.empty()) {
    summary.remarks.push_back(fmt::format("left out {} that the study does not plan: trials/{}",
                                          count_text(results.not_planned.size(), "result"),
                                          first_ids(results.not_planned)));
  }
  return summary;
}

/// True if a result exists that could not be read: damaged, or of another version of the program.
bool has_unread_results(const OutputFolder& folder, const StudyResults& results) {
  return std::any_of(results.trials.begin(), results.trials.end(), [&](const TrialOutcome& trial) {
    return trial.status == TrialStatus::failed && std::filesystem::exists(folder.result(trial.planned.id));
  });
}

/// sources: as they were before the merge, so that a file that changes meanwhile differs from merged.json.
StudyResults merge_anew(const OutputFolder& folder, const PlannedStudy& study, const Json& sources) {
  StudyResults results{study.name, {}, unplanned_trials(folder, study)};
  Json merged;  // facts of this file, even if another merge replaces it at once
  write_schema_file(
      folder.merged(), "results", [&](hid_t root) { write_results(root, folder, results, study); },
      [&](const std::filesystem::path& written) { merged = make_file_facts(written); });
  merged["file"] = folder.merged().filename().string();
  if (!has_unread_results(folder, results)) write_merged_files(merged, sources, folder);
  return results;
}

}  // namespace

std::size_t count_only_merged(const OutputFolder& folder) {
  if (!std::filesystem::exists(folder.merged()) || std::filesystem::exists(folder.trials())) return 0;
  const std::vector<TrialOutcome> merged = read_results_file(folder.merged()).trials;
  const auto is_done = [](const TrialOutcome& trial) { return trial.status == TrialStatus::done; };
  return static_cast<std::size_t>(std::count_if(merged.begin(), merged.end(), is_done));
}

void check_loses_nothing(const OutputFolder& folder) {
  try {
    const std::size_t results = count_only_merged(folder);
    if (results == 0) return;
    throw usage_error(fmt::format(
        "{} has {} of which there is no other file: a merge, or a sweep, would lose them. All commands "
        "that read results read this file; for new trials give another --out; to merge anew, bring back "
        "{}",
        folder.merged().string(), count_text(results, "result"), folder.trials().string()));
  } catch (const Error& error) {
    if (error.code() != ExitCode::bad_data) throw;
    throw data_error(
        fmt::format("{}; there is no other file of its results: give another --out, or delete it", error.what()));
  }
}

MergeSummary merge_results(const OutputFolder& folder) {
  const PlannedStudy study = read_study_of(folder);
  check_loses_nothing(folder);
  const Json sources = facts_of_sources(folder, study);
  const bool is_unchanged = is_merged_from(sources, folder);
  return summarise(folder, is_unchanged ? read_merged_outcomes(folder, study) : merge_anew(folder, study, sources));
}

}  // namespace m2m::results
