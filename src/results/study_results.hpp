#pragma once
// study.json: what a sweep planned, so that a table can say what is missing.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "results/record_file.hpp"

namespace m2m::results {

/// One trial under one label; the same trial may be planned under several.
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

struct PlannedStudy {
  std::string name;  // "ablation_cifar10"
  std::string file;  // the study file as it was named
  std::vector<PlannedTrial> trials;
  std::vector<PlannedStage> stages = {};  // none in files of earlier versions
  std::string cache = {};                 // the folder of the stages; empty: the output folder's own
};

/// Throws Error (input_output).
void write_planned_study(const std::filesystem::path& file, const PlannedStudy& study);
/// Throws Error: input_output where it cannot be read, bad_data where it is damaged or of another schema.
PlannedStudy read_planned_study(const std::filesystem::path& file);

/// The same as JSON values, for results.h5.
Json study_to_json(const PlannedStudy& study);
/// Throws a JSON error where something is missing.
PlannedStudy study_from_json(const Json& json);

// What became of every planned trial, from an output folder or from the results.h5 made of it.

enum class TrialStatus {
  done,
  failed,    // ended with an error, or its result.h5 is damaged
  diverged,  // the loss was not a number
  missing,   // not run yet, or interrupted
};

/// "done", "failed", "diverged", "missing"
const char* to_text(TrialStatus status);

struct TrialOutcome {
  PlannedTrial planned;
  TrialStatus status = TrialStatus::missing;
  std::string reason;                 // one sentence where it failed or diverged
  std::optional<TrialRecord> record;  // where it is done
  bool is_damaged = false;            // it failed because its result.h5 is there and cannot be read
};

struct StudyResults {
  std::string name;                      // the study's
  std::vector<TrialOutcome> trials;      // as planned
  std::vector<std::string> not_planned;  // ids with a result in the folder that this study did not ask for
};

/// One trial's outcome. A result counts even where an earlier attempt failed; a damaged result counts as failed.
TrialOutcome read_outcome(const OutputFolder& folder, const PlannedTrial& planned, RecordParts parts);

/// Every planned trial of a sweep's output folder, metrics only.
/// Throws Error: input_output where the folder cannot be read, usage where no sweep has planned anything in it.
StudyResults read_output_folder(const OutputFolder& folder);

/// The same from a results.h5. Throws Error as read_trial does.
StudyResults read_results_file(const std::filesystem::path& file);

/// The trials that have a result in this folder and are none of `study`'s.
std::vector<std::string> unplanned_trials(const OutputFolder& folder, const PlannedStudy& study);

}  // namespace m2m::results
