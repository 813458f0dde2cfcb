#include "results/study_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/foreign_files.hpp"
#include "core/text.hpp"
#include "core/version.hpp"
#include "results/hdf5_data.hpp"
#include "results/record.hpp"
#include "results/record_group.hpp"

namespace m2m::results {
namespace fs = std::filesystem;

Json study_to_json(const PlannedStudy& study) {
  Json trials = Json::array();
  for (const PlannedTrial& trial : study.trials) {
    trials.push_back({{"id", trial.id}, {"label", trial.label}, {"config", trial.config.json()}});
  }
  Json stages = Json::array();
  for (const PlannedStage& stage : study.stages) {
    stages.push_back({{"id", stage.id}, {"kind", stage.kind}, {"label", stage.label}, {"epochs", stage.epochs}});
  }
  return {{"schema", schema_version},    {"name", study.name},          {"file", study.file},
          {"trials", std::move(trials)}, {"stages", std::move(stages)}, {"cache", study.cache}};
}

namespace {

/// The id of a trial or stage, which is the name of its folder. Throws a JSON error if it could lead elsewhere.
std::string id_of(const Json& planned) {
  auto id = planned.at("id").get<std::string>();
  if (is_file_name(id)) return id;
  throw Json::out_of_range::create(419, "expected an id that can name a folder", nullptr);
}

}  // namespace

PlannedStudy study_from_json(const Json& json) {
  PlannedStudy study{json.at("name").get<std::string>(), json.at("file").get<std::string>(), {}};
  for (const Json& trial : json.at("trials")) {
    study.trials.push_back({id_of(trial), printable(trial.at("label").get<std::string>()),
                            Config(trial.at("config").get<Json::object_t>())});
  }
  for (const Json& stage : json.value("stages", Json::array())) {
    study.stages.push_back({id_of(stage), stage.at("kind").get<std::string>(),
                            printable(stage.at("label").get<std::string>()),
                            whole_number<int>(stage.at("epochs"))});
  }
  study.cache = json.value("cache", "");
  return study;
}

void write_planned_study(const std::filesystem::path& file, const PlannedStudy& study) {
  write_json_file(file, study_to_json(study));
}

PlannedStudy read_planned_study(const std::filesystem::path& file) {
  PlannedStudy study;
  read_json_file(file, [&](const Json& json) {
    const auto schema = whole_number<std::int64_t>(json.at("schema"));
    if (!is_readable_schema(schema)) {
      throw data_error(
          fmt::format("{}: schema {}, this program reads 1 to {}", file.string(), schema, schema_version));
    }
    study = study_from_json(json);
  });
  return study;
}

namespace {

constexpr std::array status_names = {"done", "failed", "diverged", "missing"};

TrialStatus parse_status(const std::string& name) {
  const auto found = std::find(status_names.begin(), status_names.end(), name);
  if (found == status_names.end()) throw hdf5::Hdf5Error("'" + name + "' is not a status of a trial");
  return static_cast<TrialStatus>(found - status_names.begin());
}

void read_result(const fs::path& file, TrialOutcome& outcome, RecordParts parts) {
  outcome.status = TrialStatus::failed;
  try {
    outcome.record = read_trial_of(file, outcome.planned.id, parts);
    outcome.status = TrialStatus::done;
  } catch (const OtherSchema& error) {
    outcome.reason = error.what();
  } catch (const Error& error) {
    if (error.code() == ExitCode::input_output) throw;  // it may be good, so a table without it would be wrong
    const bool is_damaged = error.code() == ExitCode::bad_data;
    outcome.reason =
        std::string(error.what()) + (is_damaged ? "; run the command of the sweep again to make it anew" : "");
    outcome.is_damaged = is_damaged;
  }
}

void read_failed(const fs::path& file, TrialOutcome& outcome) {
  outcome.status = TrialStatus::failed;
  try {
    const TrialFailure failure = read_failure(file);
    if (failure.diverged) outcome.status = TrialStatus::diverged;
    outcome.reason = failure.reason;
  } catch (const Error& error) {
    outcome.reason = error.what();
  }
}

/// Reads the group trial/<id> of a results.h5; errors name the trial.
TrialRecord read_merged_record(hid_t trials, const std::string& id, RecordParts parts) {
  try {
    return read_record(hdf5::open_group(trials, id).get(), parts);
  } catch (const hdf5::Hdf5Error& failed) {
    throw hdf5::Hdf5Error(fmt::format("trial {}: {}", id, failed.what()));
  }
}

}  // namespace

PlannedStudy read_study_of(const OutputFolder& folder) {
  std::error_code failed;
  if (!fs::is_directory(folder.root, failed)) {
    throw io_error(fmt::format("{}: {}", folder.root.string(), failed ? failed.message() : "not a folder"));
  }
  if (!fs::exists(folder.study())) {
    throw usage_error(
        fmt::format("{}: has no study.json, so no sweep has written here; give the folder of m2m-sweep's --out",
                    folder.root.string()));
  }
  return read_planned_study(folder.study());
}

const char* to_text(TrialStatus status) { return status_names.at(static_cast<std::size_t>(status)); }

TrialOutcome read_outcome(const OutputFolder& folder, const PlannedTrial& planned, RecordParts parts) {
  TrialOutcome outcome{planned, TrialStatus::missing, "", std::nullopt};
  if (fs::exists(folder.result(planned.id))) {
    read_result(folder.result(planned.id), outcome, parts);
  } else if (fs::exists(folder.failure(planned.id))) {
    read_failed(folder.failure(planned.id), outcome);
  }
  return outcome;
}

StudyResults read_output_folder(const OutputFolder& folder, const RecordReading& reading) {
  const PlannedStudy study = read_study_of(folder);
  StudyResults results{study.name, {}, unplanned_trials(folder, study)};
  for (const PlannedTrial& trial : study.trials) {
    results.trials.push_back(read_outcome(folder, trial, reading.parts));
    if (results.trials.back().record) reading.reduce(*results.trials.back().record);
  }
  return results;
}

namespace {

TrialOutcome merged_outcome(const PlannedTrial& planned, const Json& outcomes) {
  const Json& outcome = outcomes.at(planned.id);
  return {planned, parse_status(outcome.at("status").get<std::string>()), outcome.at("reason").get<std::string>(),
          std::nullopt};
}

}  // namespace

StudyResults read_results_file(const fs::path& file, const RecordReading& reading) {
  StudyResults results;
  read_schema_file(file, "results", [&](hid_t root) {
    const PlannedStudy study = study_from_json(parse_json(hdf5::read_text(root, "study")));
    const Json outcomes = parse_json(hdf5::read_text(root, "outcomes"));
    const hdf5::Handle trials = hdf5::open_group(root, "trial");
    results.name = study.name;
    for (const PlannedTrial& planned : study.trials) {
      TrialOutcome outcome = merged_outcome(planned, outcomes);
      if (outcome.status == TrialStatus::done) {
        outcome.record = read_merged_record(trials.get(), planned.id, reading.parts);
        reading.reduce(*outcome.record);
      }
      results.trials.push_back(std::move(outcome));
    }
  });
  return results;
}

StudyResults read_merged_outcomes(const OutputFolder& folder, const PlannedStudy& study) {
  StudyResults results{study.name, {}, unplanned_trials(folder, study)};
  read_schema_file(folder.merged(), "results", [&](hid_t root) {
    const Json outcomes = Json::parse(hdf5::read_text(root, "outcomes"));
    for (const PlannedTrial& planned : study.trials) results.trials.push_back(merged_outcome(planned, outcomes));
  });
  return results;
}

std::vector<std::string> unplanned_trials(const OutputFolder& folder, const PlannedStudy& study) {
  std::set<std::string> planned;
  for (const PlannedTrial& trial : study.trials) planned.insert(trial.id);
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.trials(), none)) {
    const std::string id = entry.path().filename().string();
    if (!planned.contains(id) && fs::exists(folder.result(id))) found.push_back(id);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace m2m::results
