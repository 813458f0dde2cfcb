#include "results/merge.hpp"

#include <fmt/format.h>

#include "results/hdf5_attributes.hpp"
#include "results/hdf5_datasets.hpp"
#include "results/record_group.hpp"
#include "results/schema_file.hpp"
#include "results/study_results.hpp"
#include "results/trials_table.hpp"

namespace m2m::results {
namespace {

using hdf5::Handle;

/// Frees what only the trial's own group needs.
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
    outcomes[trial.planned.id] = {{"status", status_name(trial.status)}, {"reason", trial.reason}};
  }
  return outcomes;
}

void write_results(hid_t root, const OutputFolder& folder, StudyResults& results, const PlannedStudy& study) {
  const Handle group = hdf5::create_group(root, "trial");
  for (TrialOutcome& trial : results.trials) {
    trial = read_outcome(folder, trial.planned, RecordParts::all);
    if (!trial.record) continue;
    if (!hdf5::contains(group.get(), trial.planned.id)) {
      write_record(hdf5::create_group(group.get(), trial.planned.id).get(), *trial.record);
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

MergeSummary summarise(const OutputFolder& folder, const StudyResults& results) {
  MergeSummary summary{folder.merged(), 0, 0, 0, 0, {}, {}};
  for (const TrialOutcome& trial : results.trials) {
    ++counter(summary, trial.status);
    if (trial.is_damaged) summary.damaged.push_back(trial.planned.id);
    if (trial.status != TrialStatus::failed && trial.status != TrialStatus::diverged) continue;
    summary.remarks.push_back(fmt::format("trial {} {} {}: {}", trial.planned.id, trial.planned.label,
                                          status_name(trial.status), trial.reason));
  }
  for (const std::string& id : results.not_planned) {
    summary.remarks.push_back(fmt::format("trial {} has a result, but this study does not plan it: left out", id));
  }
  return summary;
}

}  // namespace

MergeSummary merge_results(const OutputFolder& folder) {
  StudyResults results = read_output_folder(folder);
  const PlannedStudy study = read_study(folder.study());
  write_schema_file(folder.merged(), "results", [&](hid_t root) { write_results(root, folder, results, study); });
  return summarise(folder, results);
}

}  // namespace m2m::results
