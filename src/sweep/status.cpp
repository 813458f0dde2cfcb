#include "sweep/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "results/folder_lock.hpp"
#include "results/journal.hpp"
#include "results/merge.hpp"
#include "results/merged_files.hpp"
#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "results/record_file.hpp"
#include "results/study_results.hpp"
#include "settings/table.hpp"
#include "study/graph.hpp"
#include "study/stage.hpp"

namespace m2m::sweep {

namespace fs = std::filesystem;
using results::OutputFolder;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double age(const fs::path& file) {
  std::error_code missing;
  const auto time = fs::last_write_time(file, missing);
  if (missing) return unknown;
  return std::chrono::duration<double>(fs::file_time_type::clock::now() - time).count();
}

void read_journal_end(const fs::path& file, StageStatusLine& stage) {
  stage.idle_seconds = age(file);
  const std::optional<results::EpochRecord> last = results::read_last_epoch(file);
  if (!last) return;
  stage.epoch = last->epoch + 1;
  stage.loss = last->loss;
  stage.validation_bacc = last->validation_bacc;
  if (stage.state != LiveStatus::running) return;
  stage.seconds_left = (stage.epochs - stage.epoch) * (last->seconds + last->evaluation_seconds);
}

/// True if the trial was started by the current sweep: a trial writes config.json at its start, a sweep writes
/// study.json before any trial starts.
bool is_of_this_sweep(const OutputFolder& out, const std::string& trial) {
  std::error_code missing;
  const auto begun = fs::last_write_time(out.config(trial), missing);
  return !missing && begun >= fs::last_write_time(out.study(), missing);
}

void read_failed(const fs::path& file, StageStatusLine& trial) {
  trial.state = LiveStatus::failed;
  try {
    const results::TrialFailure failure = results::read_failure(file);
    if (failure.diverged) trial.state = LiveStatus::diverged;
    trial.reason = failure.reason;
  } catch (const Error& error) {
    trial.reason = error.what();
  }
}

/// True if the result exists and cannot be read; sets the reason.
bool is_unreadable(const results::ResultChecker& checker, StageStatusLine& trial) {
  try {
    const auto damage = checker.damage(trial.id, results::Look::quick);
    if (damage) trial.reason = damage->why + "; the command of the sweep makes it again";
  } catch (const Error& error) {
    trial.reason = error.what();
  }
  return !trial.reason.empty();
}

StageStatusLine nothing_known(const std::string& id, const std::string& kind, const std::string& label,
                              int epochs) {
  return {id, kind, label, LiveStatus::waiting, "", 0, epochs, unknown, unknown, unknown, unknown};
}

/// A planned trial of which nothing was read yet.
StageStatusLine planned_trial(const results::PlannedTrial& planned) {
  study::Stage as_stage;
  as_stage.config = planned.config;
  return nothing_known(planned.id, "trial", planned.label + "  " + study::data_text(as_stage),
                       settings::trained_epochs(planned.config));
}

StageStatusLine read_trial_status(const OutputFolder& out, const results::ResultChecker& checker,
                                  const results::PlannedTrial& planned, bool sweep_lives) {
  StageStatusLine trial = planned_trial(planned);
  const bool has_begun = exists_or_throw(out.journal(planned.id));
  if (exists_or_throw(out.result(planned.id))) {
    trial.state = is_unreadable(checker, trial) ? LiveStatus::failed : LiveStatus::done;
  } else if (exists_or_throw(out.failure(planned.id))) {
    read_failed(out.failure(planned.id), trial);
  } else if (has_begun) {
    const bool is_running = sweep_lives && is_of_this_sweep(out, planned.id);
    trial.state = is_running ? LiveStatus::running : LiveStatus::interrupted;
  }
  if (has_begun) read_journal_end(out.journal(planned.id), trial);
  return trial;
}

StageStatusLine read_stage_status(const OutputFolder& out, const results::PlannedStage& planned) {
  StageStatusLine stage = nothing_known(planned.id, planned.kind, planned.label, planned.epochs);
  const fs::path folder = out.stage(planned.id), journal = folder / "journal.jsonl";
  const bool has_begun = exists_or_throw(journal);
  if (exists_or_throw(out.stage_done(planned.id))) {
    const auto damage = results::damage_of_stage(folder, results::Look::quick);
    stage.state = damage ? LiveStatus::failed : LiveStatus::done;
    if (damage) stage.reason = damage->why + "; the command of the sweep makes it again";
  } else if (!results::live_holder(folder).empty()) {
    stage.state = LiveStatus::running;
  } else if (has_begun) {
    stage.state = LiveStatus::interrupted;
  }
  if (has_begun) read_journal_end(journal, stage);
  return stage;
}

/// Mean seconds between results, over the last ten intervals.
double seconds_between_results(const OutputFolder& out, const std::vector<StageStatusLine>& trials) {
  std::vector<double> ages;
  for (const StageStatusLine& trial : trials) {
    if (trial.state == LiveStatus::done) ages.push_back(age(out.result(trial.id)));
  }
  std::sort(ages.begin(), ages.end());
  if (ages.size() < 2) return unknown;
  const std::size_t late = std::min<std::size_t>(ages.size(), 11) - 1;
  return (ages[late] - ages[0]) / static_cast<double>(late);
}

std::string missing_text(const fs::path& root) {
  const std::string what = root.empty() ? "no folder given" : root.string() + ": no such folder";
  return fmt::format("{}; {}", what,
                     did_you_mean(nearest_entry(root).string(), "name the output folder of a sweep"));
}

LiveStatus merged_state(results::TrialStatus status) {
  switch (status) {
    case results::TrialStatus::done:
      return LiveStatus::done;
    case results::TrialStatus::failed:
      return LiveStatus::failed;
    case results::TrialStatus::diverged:
      return LiveStatus::diverged;
    case results::TrialStatus::missing:
      break;
  }
  return LiveStatus::waiting;
}

StudyStatus read_merged_status(const OutputFolder& out) {
  const results::StudyResults merged = results::read_results_file(out.merged());
  StudyStatus status;
  status.name = merged.name;
  status.only_merged = true;
  status.seconds_per_trial = unknown;
  std::set<std::string> seen;
  for (const results::TrialOutcome& outcome : merged.trials) {
    if (!seen.insert(outcome.planned.id).second) continue;
    StageStatusLine& trial = status.trials.emplace_back(planned_trial(outcome.planned));
    trial.state = merged_state(outcome.status);
    trial.reason = outcome.reason;
    if (trial.state == LiveStatus::done) trial.epoch = trial.epochs;
  }
  return status;
}

}  // namespace

const char* to_text(LiveStatus state) {
  constexpr const char* names[] = {"done", "running", "interrupted", "failed", "diverged", "waiting"};
  return names[static_cast<std::size_t>(state)];
}

int StudyStatus::count(LiveStatus state) const {
  return static_cast<int>(
      std::count_if(trials.begin(), trials.end(), [state](const auto& trial) { return trial.state == state; }));
}

StudyStatus read_status(const OutputFolder& out) {
  if (!fs::exists(out.root)) throw usage_error(missing_text(out.root));
  const bool has_merged = fs::exists(out.merged());
  if (has_merged && (!fs::exists(out.study()) || results::count_only_merged(out) > 0))
    return read_merged_status(out);
  if (!fs::exists(out.study())) {
    throw usage_error(out.root.string() +
                      ": no sweep has planned anything here; name the output folder of a sweep");
  }
  const results::PlannedStudy study = results::read_planned_study(out.study());
  StudyStatus status;
  status.name = study.name;
  status.sweep = results::live_holder(out.root);
  const results::ResultChecker checker(out);
  std::set<std::string> seen;
  for (const results::PlannedTrial& planned : study.trials) {
    if (seen.insert(planned.id).second)
      status.trials.push_back(read_trial_status(out, checker, planned, !status.sweep.empty()));
  }
  const OutputFolder with_cache{out.root, study.cache};
  for (const results::PlannedStage& planned : study.stages)
    status.stages.push_back(read_stage_status(with_cache, planned));
  status.seconds_per_trial = seconds_between_results(out, status.trials);
  return status;
}

}  // namespace m2m::sweep
