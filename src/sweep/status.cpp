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
  std::error_code ignored;
  const bool has_begun = fs::exists(out.journal(planned.id), ignored);
  if (fs::exists(out.result(planned.id), ignored)) {
    trial.state = is_unreadable(checker, trial) ? LiveStatus::failed : LiveStatus::done;
  } else if (fs::exists(out.failure(planned.id), ignored)) {
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
  std::error_code ignored;
  const bool has_begun = fs::exists(journal, ignored);
  if (fs::exists(out.stage_done(planned.id), ignored)) {
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
  const fs::path nearest = nearest_entry(root.parent_path(), root.filename());
  return fmt::format(
      "{}: no such folder; {}", root.string(),
      nearest.empty() ? "name the output folder of a sweep" : fmt::format("did you mean '{}'?", nearest.string()));
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
  if (results::has_only_merged(out)) return read_merged_status(out);
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

namespace {

Json number_or_null(double value) { return value == value ? Json(value) : Json(nullptr); }

std::string status_line(const StageStatusLine& stage) {
  std::string text = fmt::format("  {:<11} {}  {}", to_text(stage.state), study::short_id(stage.id), stage.label);
  if (!stage.reason.empty()) return text + ": " + stage.reason + "\n";
  if (stage.epochs > 0) text += fmt::format("  epoch {}/{}", stage.epoch, stage.epochs);
  if (stage.loss == stage.loss) text += fmt::format("  loss {:.4f}", stage.loss);
  if (stage.validation_bacc == stage.validation_bacc) {
    text += fmt::format("  val bACC {:.1f}", 100 * stage.validation_bacc);
  }
  if (stage.seconds_left == stage.seconds_left)
    text += fmt::format("  about {} left", duration_text(stage.seconds_left));
  if (stage.idle_seconds == stage.idle_seconds) text += fmt::format("  {} ago", duration_text(stage.idle_seconds));
  return text + "\n";
}

/// Line of the shared stages: "shared stages: 1 of 3 done, 1 running", and further counts; empty if there are none.
std::string stages_text(const std::vector<StageStatusLine>& stages) {
  if (stages.empty()) return "";
  const auto count = [&](LiveStatus state) {
    return std::count_if(stages.begin(), stages.end(), [state](const auto& stage) { return stage.state == state; });
  };
  std::string text = fmt::format("shared stages: {} of {} done", count(LiveStatus::done), stages.size());
  for (const LiveStatus state : {LiveStatus::running, LiveStatus::interrupted, LiveStatus::failed}) {
    if (count(state) > 0) text += fmt::format(", {} {}", count(state), to_text(state));
  }
  return text + "\n";
}

/// Whether a sweep works in the folder, and what to do if none does and trials are left.
std::string sweep_text(const StudyStatus& status, bool is_left) {
  if (status.only_merged) return "read from results.h5; no other files of the trials are here";
  if (!status.sweep.empty()) return "a sweep is running: " + status.sweep;
  return is_left ? "no sweep is running here; repeat its command to resume" : "no sweep is running here";
}

Json progress_json(const StageStatusLine& stage) {
  return {{"id", stage.id},
          {"kind", stage.kind},
          {"label", stage.label},
          {"state", to_text(stage.state)},
          {"reason", stage.reason},
          {"epoch", stage.epoch},
          {"epochs", stage.epochs},
          {"loss", number_or_null(stage.loss)},
          {"validation_bacc", number_or_null(stage.validation_bacc)},
          {"quiet_seconds", number_or_null(stage.idle_seconds)},
          {"seconds_left", number_or_null(stage.seconds_left)}};
}

Json list_json(const std::vector<StageStatusLine>& stages) {
  Json list = Json::array();
  for (const StageStatusLine& stage : stages) list.push_back(progress_json(stage));
  return list;
}

}  // namespace

std::string status_text(const StudyStatus& status) {
  const int done = status.count(LiveStatus::done);
  const int lost = status.count(LiveStatus::failed) + status.count(LiveStatus::diverged);
  const int left = static_cast<int>(status.trials.size()) - done - lost;
  std::string text = fmt::format("{}: {} of {} done, {} failed, {} running, {} interrupted, {} waiting",
                                 status.name, done, count_text(static_cast<int>(status.trials.size()), "trial"),
                                 lost, status.count(LiveStatus::running), status.count(LiveStatus::interrupted),
                                 status.count(LiveStatus::waiting));
  const bool has_rate = status.seconds_per_trial == status.seconds_per_trial;
  if (!status.sweep.empty() && has_rate && left > 0) {
    text += fmt::format("; a result every {}, about {} left", duration_text(status.seconds_per_trial),
                        duration_text(status.seconds_per_trial * left));
  }
  text += "\n" + (left > 0 ? stages_text(status.stages) : "");
  text += sweep_text(status, left > 0) + "\n";
  for (const auto* list : {&status.stages, &status.trials}) {
    if (list == &status.stages && left == 0) continue;  // no trial needs them any more
    for (const StageStatusLine& stage : *list) {
      if (stage.state != LiveStatus::done && stage.state != LiveStatus::waiting) text += status_line(stage);
    }
  }
  return text;
}

Json status_json(const StudyStatus& status) {
  return {{"study", status.name},
          {"sweep", status.sweep},
          {"seconds_per_trial", number_or_null(status.seconds_per_trial)},
          {"trials", list_json(status.trials)},
          {"stages", list_json(status.stages)}};
}

}  // namespace m2m::sweep
