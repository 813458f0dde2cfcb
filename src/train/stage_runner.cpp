#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

#include "core/files.hpp"
#include "core/log.hpp"
#include "methods/registry.hpp"
#include "results/journal.hpp"
#include "results/record_file.hpp"
#include "train/g_artifact.hpp"
#include "train/stage_profile.hpp"
#include "train/stages.hpp"
#include "train/trial.hpp"

namespace m2m {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Progress progress_of(const EpochRecord& record, const TrainSettings& settings) {
  Progress progress;
  progress.epoch = record.epoch + 1;
  progress.epochs = settings.epochs;
  progress.validation_bacc = record.validation_bacc;
  const auto chosen =
      static_cast<double>(record.generation.total(Outcome::chosen) - record.generation.total(Outcome::failed_coin));
  progress.translations = chosen;
  progress.kept =
      chosen > 0 ? static_cast<double>(record.generation.total(Outcome::accepted)) / chosen : not_measured;
  progress.seconds_per_epoch = record.seconds + record.evaluation_seconds;
  return progress;
}

std::string summary_of(const Trial& trial) {
  const Snapshot& last = trial.last();
  std::string text = fmt::format("bACC {:.1f} (last)", 100 * balanced_accuracy(last.test));
  if (trial.best()) {
    text += fmt::format(" {:.1f} (best validation, epoch {})", 100 * balanced_accuracy(trial.best()->test),
                        trial.best()->epoch);
  }
  return text + fmt::format(" GM {:.1f}", 100 * geometric_mean(last.test));
}

/// Moves the trial on until it is done or the sweep is asked to stop. False: stopped.
bool run_to_the_end(Trial& trial, const StageContext& context) {
  while (!trial.done()) {
    if (context.stop_requested()) return false;
    trial.submit(1);
  }
  return true;
}

TrialSetup common_setup(const Config& config, const TrainSettings& settings,
                        std::shared_ptr<const LoadedData> data) {
  TrialSetup setup;
  setup.settings = settings;
  setup.method = find_method(config.text("method"));
  setup.data = std::move(data);
  return setup;
}

/// Loads the g that a trial translates against; the settings are those of the trial.
LoadedG find_g(const Stage& stage, const OutputFolder& out) {
  const std::string file = stage.config.text("m2m.g_from");
  if (!file.empty()) return read_g_file(file);
  return read_g(out.stage(stage.needs.front()), stage.config.text("m2m.g_epoch"));
}

TrialRecord record_of(const Stage& stage, const Trial& trial, const LoadedData& data) {
  TrialRecord record;
  record.id = stage.id;
  record.label = stage.label;
  record.config = stage.config.json();
  record.identity = stage.identity;
  record.data = describe_data(data.set, data.split);
  record.epochs = trial.epochs();
  record.validation_labels = part_labels(data, data.split.validation);
  record.test_labels = part_labels(data, data.split.test);
  record.best = trial.best();
  record.last = trial.last();
  return record;
}

std::filesystem::path folder_of(const Stage& stage, const OutputFolder& out) {
  return stage.kind == StageKind::g ? out.stage(stage.id) : out.trial(stage.id);
}

StageResult stopped() { return {StageEnd::interrupted, "stopped", ExitCode::interrupted, 0}; }

StageResult run_g(const Stage& stage, TrialSetup setup, StageContext& context, const OutputFolder& out,
                  const Json& environment) {
  const auto start = Clock::now();
  setup.keys = keys_of_g(stage.config);
  const int last = last_drop(setup.settings.schedule);
  setup.best_from_epoch = last < setup.settings.epochs ? last : 0;
  Profile* const profile = setup.profile;
  Trial trial(std::move(setup));
  if (!run_to_the_end(trial, context)) return stopped();
  const PhaseTimer timer(profile, ProfilePhase::write);
  write_g(out.stage(stage.id), trial,
          {{"id", stage.id},
           {"kind", "g"},
           {"identity", stage.identity},
           {"config", stage.config.json()},
           {"environment", environment},
           {"seconds", seconds_since(start)}});
  return {StageEnd::done, summary_of(trial), ExitCode::done, seconds_since(start)};
}

StageResult run_trial(const Stage& stage, TrialSetup setup, StageContext& context, const OutputFolder& out,
                      const Json& environment) {
  const auto start = Clock::now();
  Json g_facts;
  setup.keys = keys_of_f(stage.config);
  if (setup.method.editing) {
    setup.editing = setup.method.editing(stage.config);
    LoadedG g = find_g(stage, out);
    setup.g = build_network(setup.settings, *setup.data);
    load_state(*setup.g, g.checkpoint.network, g.facts.value("file", "g"));
    g_facts = g.facts;
  }
  if (!setup.settings.start_from.empty()) setup.start = load_checkpoint(setup.settings.start_from);
  const auto data = setup.data;
  Profile* const profile = setup.profile;
  Trial trial(std::move(setup));
  if (!run_to_the_end(trial, context)) return stopped();
  const PhaseTimer timer(profile, ProfilePhase::write);
  save_checkpoint(out.trial(stage.id) / "last.safetensors", trial.checkpoint());
  TrialRecord record = record_of(stage, trial, *data);
  if (!g_facts.is_null()) record.data["g"] = g_facts;
  record.environment = environment;
  record.wall_seconds = seconds_since(start);
  write_trial(out.result(stage.id), record);
  return {StageEnd::done, summary_of(trial), ExitCode::done, record.wall_seconds};
}

}  // namespace

StageRunner::StageRunner(OutputFolder out, Json environment, ProfileSettings profile)
    : out_(std::move(out)), environment_(std::move(environment)), profile_(profile) {}

StageResult StageRunner::operator()(const Stage& stage, StageContext& context) {
  const TrainSettings settings = train_settings(stage.config);
  at::set_num_threads(settings.threads);
  std::optional<Profile> profile;
  if (profile_.on) profile = begin_profile(settings);
  StageResult result = run(stage, settings, context, profile ? &*profile : nullptr);
  if (profile) result.details = end_profile(*profile, stage, settings, folder_of(stage, out_), profile_.rank);
  return result;
}

StageResult StageRunner::run(const Stage& stage, const TrainSettings& settings, StageContext& context,
                             Profile* profile) {
  TrialSetup setup = common_setup(stage.config, settings, shelf_.get(stage.config, settings.device));
  setup.profile = profile;
  const auto folder = folder_of(stage, out_);
  write_file(folder / "config.json", stage.config.json().dump(2) + "\n");
  Journal journal(folder / "journal.jsonl");
  setup.on_epoch = [&](const EpochRecord& record) {
    timed(profile, ProfilePhase::write, 0, [&] { journal.append(record); });
    context.progress(progress_of(record, settings));
  };
  Json environment = environment_;
  environment["threads"] = settings.threads;
  environment["device"] = torch::DeviceTypeName(settings.device.type(), true);
  try {
    return stage.kind == StageKind::g ? run_g(stage, std::move(setup), context, out_, environment)
                                      : run_trial(stage, std::move(setup), context, out_, environment);
  } catch (const Diverged& diverged) {
    return {StageEnd::diverged, diverged.what(), ExitCode::some_failed, 0};
  }
}

}  // namespace m2m
