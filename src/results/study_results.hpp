#pragma once
// The plan of a study (study.json), and the outcome of every planned trial.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "results/record_file.hpp"

namespace m2m::results {

/// A planned trial under one label; the same trial may be planned under several.
struct PlannedTrial {
  std::string id, label;
  Config config;  // every setting, resolved
};

/// A g or a prefix that trials share.
struct PlannedStage {
  std::string id;
  std::string kind;   // "g" or "prefix"
  std::string label;  // with its data and seed, for people
  int epochs = 0;
};

/// The plan of a study, with which tables find missing trials.
struct PlannedStudy {
  std::string name;  // "ablation_cifar10"
  std::string file;  // path of the study file, as given
  std::vector<PlannedTrial> trials;
  std::vector<PlannedStage> stages = {};  // empty in files of earlier versions
  std::string cache = {};                 // the folder of the stages; empty: the output folder's own
};

/// Writes a study.json. Throws WriteError.
void write_planned_study(const std::filesystem::path& file, const PlannedStudy& study);
/// Reads a study.json. Throws Error: input_output if it cannot be read, bad_data if it is damaged or of another
/// schema.
PlannedStudy read_planned_study(const std::filesystem::path& file);

/// The content of study.json as a JSON value, which results.h5 also holds. Pure.
Json study_to_json(const PlannedStudy& study);
/// Parses what study_to_json made. Throws a JSON error if a key is missing, or if an id cannot be the name of a
/// folder.
PlannedStudy study_from_json(const Json& json);

/// The outcome of a planned trial.
enum class TrialStatus {
  done,
  failed,    // ended with an error, or its result.h5 is damaged
  diverged,  // the loss was not finite
  missing,   // not run yet, or interrupted
};

/// The name of a status: "done", "failed", "diverged", "missing". Pure.
const char* to_text(TrialStatus status);

/// A planned trial and its outcome.
struct TrialOutcome {
  PlannedTrial planned;
  TrialStatus status = TrialStatus::missing;
  std::string reason;                 // one sentence if it failed or diverged
  std::optional<TrialRecord> record;  // if it is done
  bool is_damaged = false;            // it failed because its result.h5 exists but cannot be read
};

/// The outcomes of all trials of a study.
struct StudyResults {
  std::string name;                      // of the study
  std::vector<TrialOutcome> trials;      // in the order of the plan
  std::vector<std::string> not_planned;  // ids of results in the folder that the study does not plan
};

/// Reads the outcome of a trial. A result counts even if an earlier attempt failed; a damaged result counts as
/// failed.
TrialOutcome read_outcome(const OutputFolder& folder, const PlannedTrial& planned, RecordParts parts);

/// Reads the study.json of an output folder. Throws Error as read_planned_study; input_output if there is no such
/// folder, usage if it has no study.json.
PlannedStudy read_study_of(const OutputFolder& folder);

/// Which parts of each record of a study are read, and what becomes of them. Bulk that `reduce` drops is never in
/// memory for more than one trial.
struct RecordReading {
  RecordParts parts = RecordParts::metrics;
  std::function<void(TrialRecord&)> reduce = [](TrialRecord&) {};  // called once with each record that was read
};

/// Reads the outcome of every planned trial of an output folder. Throws Error as read_study_of.
StudyResults read_output_folder(const OutputFolder& folder, const RecordReading& reading = {});

/// Reads the outcome of every planned trial from a results.h5. Throws Error as read_trial does.
StudyResults read_results_file(const std::filesystem::path& file, const RecordReading& reading = {});

/// The outcome of every planned trial, without records, as the last merge wrote them to results.h5. Throws Error as
/// read_trial does.
StudyResults read_merged_outcomes(const OutputFolder& folder, const PlannedStudy& study);

/// Ids of the trials that have a result in the folder but are not planned by `study`, in order.
std::vector<std::string> unplanned_trials(const OutputFolder& folder, const PlannedStudy& study);

}  // namespace m2m::results
