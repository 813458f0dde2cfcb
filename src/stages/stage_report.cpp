#include "stages/stage_report.hpp"

#include <fmt/format.h>

#include <cmath>

#include "train/trial_samples.hpp"

namespace m2m::stages {

study::Progress to_progress(const results::EpochRecord& record) {
  study::Progress progress;
  progress.epoch = record.epoch + 1;
  progress.validation_bacc = record.validation_bacc;
  const auto chosen = static_cast<double>(record.generation.total(results::Outcome::chosen) -
                                          record.generation.total(results::Outcome::failed_coin));
  progress.translations = chosen;
  progress.kept = chosen > 0 ? static_cast<double>(record.generation.total(results::Outcome::accepted)) / chosen
                             : results::not_measured;
  progress.seconds_per_epoch = record.seconds + record.evaluation_seconds;
  return progress;
}

std::string over_tested(const Confusion& test) {
  const std::size_t untested = untested_classes(test).size(), all = static_cast<std::size_t>(test.classes);
  return untested == 0 ? "" : fmt::format(" over {} of {} classes", all - untested, all);
}

std::string trial_summary(const train::Trial& trial) {
  const results::Snapshot& last = trial.last();
  std::string text = fmt::format("bACC {:.1f} (last)", 100 * balanced_accuracy(last.test));
  if (trial.best()) {
    text += fmt::format(" {:.1f} (best validation, epoch {})", 100 * balanced_accuracy(trial.best()->test),
                        trial.best()->epoch);
  }
  return text + fmt::format(" GM {:.1f}", 100 * geometric_mean(last.test)) + over_tested(last.test);
}

std::string prefix_summary(const train::Trial& trial) {
  const double bacc = trial.epochs().back().validation_bacc;
  return fmt::format("{} epochs", trial.epoch()) +
         (std::isfinite(bacc) ? fmt::format("; validation bACC {:.1f}", 100 * bacc) : "");
}

void add_provenance(results::TrialRecord& record, const StageJob& job, const StartTime& start_time) {
  record.id = job.stage.id;
  record.label = job.stage.label;
  record.config = job.stage.config.json();
  record.identity = job.stage.identity;
  record.environment = job.environment;
  record.started = start_time.utc;
  record.rank = job.world_rank;
  if (const std::string* base = job.stage.need(study::StageKind::trial)) record.data["base"] = *base;
  record.wall_seconds = seconds_since(start_time.time);
}

results::TrialRecord make_record(train::Trial& trial, const train::LoadedData& data,
                                 const train::TrialSettings& settings) {
  results::TrialRecord record;
  record.data = data::describe_data(data.set, data.split);
  record.epochs = trial.epochs();
  record.validation_labels = train::pool_labels(data, data.split.validation);
  record.test_labels = train::pool_labels(data, data.split.test);
  record.best = trial.best();
  record.last = trial.last();
  if (settings.features_per_class > 0) {
    record.features = train::feature_sample(trial, data, settings.features_per_class);
  }
  if (settings.samples > 0) record.translations = train::translation_sample(trial, settings.samples);
  return record;
}

}  // namespace m2m::stages
