#include "sweep/study_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "results/failure.hpp"
#include "results/journal.hpp"
#include "results/planned_study.hpp"
#include "sweep/folder_lock.hpp"
#include "sweep/stage.hpp"
#include "sweep/wording.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

double age(const fs::path& file) {
  std::error_code missing;
  const auto time = fs::last_write_time(file, missing);
  if (missing) return unknown;
  return std::chrono::duration<double>(fs::file_time_type::clock::now() - time).count();
}

int epochs_of(const Config& config) {
  const bool is_second_stage = config.has("recipe.train") && config.text("recipe.train") != "everything";
  const char* name = is_second_stage ? "second.epochs" : "train.epochs";
  return config.has(name) ? static_cast<int>(config.integer(name)) : 0;
}

void read_journal_end(const fs::path& file, TrialProgress& trial) {
  const std::vector<EpochRecord> epochs = read_journal(file);
  trial.quiet_seconds = age(file);
  if (epochs.empty()) return;
  trial.epoch = epochs.back().epoch + 1;
  trial.loss = epochs.back().loss;
  trial.validation_bacc = epochs.back().validation_bacc;
}

TrialProgress progress_of(const OutputFolder& out, const PlannedTrial& planned, bool sweep_lives) {
  Stage as_stage;
  as_stage.config = planned.config;
  TrialProgress trial{planned.id,
                      planned.label + "  " + data_text(as_stage),
                      TrialStanding::waiting,
                      "",
                      0,
                      epochs_of(planned.config),
                      unknown,
                      unknown,
                      unknown};
  std::error_code ignored;
  const bool has_begun = fs::exists(out.journal(planned.id), ignored);
  if (has_begun) read_journal_end(out.journal(planned.id), trial);
  if (fs::exists(out.result(planned.id), ignored)) {
    trial.state = TrialStanding::done;
  } else if (fs::exists(out.failure(planned.id), ignored)) {
    const TrialFailure failure = read_failure(out.failure(planned.id));
    trial.state = failure.diverged ? TrialStanding::diverged : TrialStanding::failed;
    trial.reason = failure.reason;
  } else if (has_begun) {
    trial.state = sweep_lives ? TrialStanding::running : TrialStanding::interrupted;
  }
  return trial;
}

/// Seconds between two results, over the last ten of them.
double seconds_between_results(const OutputFolder& out, const std::vector<TrialProgress>& trials) {
  std::vector<double> ages;
  for (const TrialProgress& trial : trials) {
    if (trial.state == TrialStanding::done) ages.push_back(age(out.result(trial.id)));
  }
  std::sort(ages.begin(), ages.end());
  if (ages.size() < 2) return unknown;
  const std::size_t late = std::min<std::size_t>(ages.size(), 11) - 1;
  return (ages[late] - ages[0]) / static_cast<double>(late);
}

Json number_or_null(double value) { return value == value ? Json(value) : Json(nullptr); }

std::string line_of(const TrialProgress& trial) {
  std::string text = fmt::format("  {:<11} {}  {}", state_name(trial.state), short_id(trial.id), trial.label);
  if (!trial.reason.empty()) return text + ": " + trial.reason + "\n";
  if (trial.epochs > 0) text += fmt::format("  epoch {}/{}", trial.epoch, trial.epochs);
  if (trial.loss == trial.loss) text += fmt::format("  loss {:.4f}", trial.loss);
  if (trial.validation_bacc == trial.validation_bacc) {
    text += fmt::format("  val bACC {:.1f}", 100 * trial.validation_bacc);
  }
  return text + fmt::format("  {} ago\n", duration_text(trial.quiet_seconds));
}

}  // namespace

const char* state_name(TrialStanding state) {
  constexpr const char* names[] = {"done", "running", "interrupted", "failed", "diverged", "waiting"};
  return names[static_cast<std::size_t>(state)];
}

int StudyStatus::count(TrialStanding state) const {
  return static_cast<int>(
      std::count_if(trials.begin(), trials.end(), [state](const auto& trial) { return trial.state == state; }));
}

StudyStatus read_status(const OutputFolder& out) {
  if (!fs::exists(out.study())) {
    throw usage_error(out.root.string() + ": no sweep has planned anything here; name a sweep's output folder");
  }
  const PlannedStudy study = read_study(out.study());
  StudyStatus status;
  status.name = study.name;
  status.sweep = living_holder(out.root);
  std::set<std::string> seen;
  for (const PlannedTrial& planned : study.trials) {
    if (seen.insert(planned.id).second) status.trials.push_back(progress_of(out, planned, !status.sweep.empty()));
  }
  status.seconds_per_trial = seconds_between_results(out, status.trials);
  return status;
}

std::string status_text(const StudyStatus& status) {
  const int done = status.count(TrialStanding::done);
  const int lost = status.count(TrialStanding::failed) + status.count(TrialStanding::diverged);
  const int left = static_cast<int>(status.trials.size()) - done - lost;
  std::string text = fmt::format("{}: {} of {} done, {} failed, {} running, {} interrupted, {} waiting",
                                 status.name, done, counted(static_cast<int>(status.trials.size()), "trial"), lost,
                                 status.count(TrialStanding::running), status.count(TrialStanding::interrupted),
                                 status.count(TrialStanding::waiting));
  const bool has_rate = status.seconds_per_trial == status.seconds_per_trial;
  if (!status.sweep.empty() && has_rate && left > 0) {
    text += fmt::format("; a result every {}, about {} left", duration_text(status.seconds_per_trial),
                        duration_text(status.seconds_per_trial * left));
  }
  text += status.sweep.empty() ? "\nno sweep is at work here" : "\na sweep is at work: " + status.sweep;
  text += left > 0 && status.sweep.empty() ? "; give its command again to go on\n" : "\n";
  for (const TrialProgress& trial : status.trials) {
    if (trial.state != TrialStanding::done && trial.state != TrialStanding::waiting) text += line_of(trial);
  }
  return text;
}

Json status_json(const StudyStatus& status) {
  Json trials = Json::array();
  for (const TrialProgress& trial : status.trials) {
    trials.push_back({{"id", trial.id},
                      {"label", trial.label},
                      {"state", state_name(trial.state)},
                      {"reason", trial.reason},
                      {"epoch", trial.epoch},
                      {"epochs", trial.epochs},
                      {"loss", number_or_null(trial.loss)},
                      {"validation_bacc", number_or_null(trial.validation_bacc)},
                      {"quiet_seconds", number_or_null(trial.quiet_seconds)}});
  }
  return {{"study", status.name},
          {"sweep", status.sweep},
          {"seconds_per_trial", number_or_null(status.seconds_per_trial)},
          {"trials", std::move(trials)}};
}

}  // namespace m2m
