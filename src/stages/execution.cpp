#include "stages/execution.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "core/files.hpp"
#include "core/machine.hpp"
#include "core/metrics.hpp"
#include "core/profile.hpp"
#include "results/record_file.hpp"
#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"
#include "stages/artifacts.hpp"
#include "stages/identity.hpp"
#include "stages/runner.hpp"
#include "stages/stage_folder.hpp"
#include "train/trial.hpp"
#include "train/trial_samples.hpp"

namespace m2m::stages {

using study::StageEnd;
using study::StageKind;
using study::StageResult;
using train::Trial;

namespace {

using Clock = std::chrono::steady_clock;

study::Progress progress_of(const results::EpochRecord& record) {
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

/// " over 2 of 3 classes" if some have no test sample, else "".
std::string over_tested(const Confusion& test) {
  const std::size_t untested = untested_classes(test).size(), all = static_cast<std::size_t>(test.classes);
  return untested == 0 ? "" : fmt::format(" over {} of {} classes", all - untested, all);
}

std::string summary_of(const Trial& trial) {
  const results::Snapshot& last = trial.last();
  std::string text = fmt::format("bACC {:.1f} (last)", 100 * balanced_accuracy(last.test));
  if (trial.best()) {
    text += fmt::format(" {:.1f} (best validation, epoch {})", 100 * balanced_accuracy(trial.best()->test),
                        trial.best()->epoch);
  }
  return text + fmt::format(" GM {:.1f}", 100 * geometric_mean(last.test)) + over_tested(last.test);
}

std::string prefix_summary(const Trial& trial) {
  const double bacc = trial.epochs().back().validation_bacc;
  return fmt::format("{} epochs", trial.epoch()) +
         (std::isfinite(bacc) ? fmt::format("; validation bACC {:.1f}", 100 * bacc) : "");
}

/// Loads the g that a trial translates against; the settings are those of the trial.
LoadedG find_g(const study::Stage& stage, const results::OutputFolder& out) {
  const std::string file = settings::read<settings::M2mSettings>(stage.config).g_from;
  if (!file.empty()) return read_g_file(file);
  return read_g(out.stage(*stage.need(StageKind::g)),
                settings::to_text(settings::read<settings::M2mSettings>(stage.config).g_epoch));
}

/// When a stage began, for people and for clocks.
struct Beginning {
  std::string utc = utc_now();
  Clock::time_point time = Clock::now();
};

/// Says in the record whose it is, and where and when it was made.
void sign(results::TrialRecord& record, const StageJob& job, const Beginning& beginning) {
  record.id = job.stage.id;
  record.label = job.stage.label;
  record.config = job.stage.config.json();
  record.identity = job.stage.identity;
  record.environment = job.environment;
  record.started = beginning.utc;
  record.rank = job.world_rank;
  if (const std::string* base = job.stage.need(StageKind::trial)) record.data["base"] = *base;
  record.wall_seconds = seconds_since(beginning.time);
}

results::TrialRecord record_of(Trial& trial, const train::LoadedData& data, const train::TrialSettings& settings) {
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

checkpoints::Checkpoint best_of(const Trial& trial) {
  checkpoints::Checkpoint checkpoint;
  checkpoint.network = trial.best_state();
  checkpoint.epoch = trial.best()->epoch;
  return checkpoint;
}

StageResult stopped() { return {StageEnd::interrupted, "stopped", ExitCode::interrupted, 0}; }

StageResult unsaved(const std::string& sentence) {
  return {StageEnd::unsaved, sentence, ExitCode::input_output, 0};
}

/// Where a stage ends: a prefix where its users part, all others with their schedule.
int last_epoch(const StageJob& job) {
  return job.stage.kind == StageKind::prefix ? job.settings.defer_until : job.settings.epochs;
}

/// A trial that trains nothing: its first rank writes all of it.
StageResult execute_post_hoc(const StageJob& job) {
  const Beginning beginning;
  const study::Stage& stage = job.stage;
  results::TrialRecord record = post_hoc_record(stage.config, job.out, *stage.need(StageKind::trial));
  const std::string summary =
      fmt::format("bACC {:.1f} (last, tau {:.1f}) GM {:.1f}", 100 * balanced_accuracy(record.last.test),
                  record.data.at("post_hoc").at("last").at("tau").get<double>(),
                  100 * geometric_mean(record.last.test)) +
      over_tested(record.last.test);
  try {
    if (job.leads()) {
      sign(record, job, beginning);
      write_file(job.folder() / "config.json", stage.config.json().dump(2) + "\n");
      results::write_trial(job.out.result(stage.id), record);
    }
  } catch (const WriteError& error) {
    return unsaved(error.what());
  }
  return {StageEnd::done, summary, ExitCode::done, seconds_since(beginning.time)};
}

/// A stage at work on one of its ranks.
class Execution {
 public:
  Execution(const StageJob& job, study::StageContext& context)
      : job_(job), context_(context), resumption_(job.folder(), *job.ranks, job.settings.checkpoint_seconds) {}

  StageResult run() {
    if (job_.ranks->any(context_.stop_requested())) return stopped();
    write([&] {
      write_file(job_.folder() / "config.json", job_.stage.config.json().dump(2) + "\n");
      journal_.emplace(job_.folder(), context_);
    });
    if (job_.ranks->any(lost_.has_value())) return ended();
    Trial trial = make_trial();
    begun_ = trial.epoch();
    if (!train(trial)) return ended();
    const PhaseTimer timer(job_.profile, ProfilePhase::write);
    write([&] { finish(trial); });
    if (lost_) {
      keep_state(trial);
      return ended();
    }
    if (job_.leads()) resumption_.remove();
    const std::string summary = job_.stage.kind == StageKind::prefix ? prefix_summary(trial) : summary_of(trial);
    return {StageEnd::done, summary, ExitCode::done, seconds_since(beginning_.time)};
  }

 private:
  Trial make_trial() {
    train::TrialPlan plan = train::make_trial_plan(job_.stage.config);
    train::TrialParts parts = train::make_trial_parts(job_.stage.config, plan, job_.data);
    plan.settings = job_.settings;
    if (job_.stage.kind == StageKind::g) {
      plan.keys = train::g_keys(job_.stage.config);
      const int last = train::last_drop(plan.settings.schedule);
      plan.best_from_epoch = last < plan.settings.epochs ? last : 0;
    }
    parts.ranks = job_.ranks;
    parts.profile = job_.profile;
    parts.on_epoch = [this](const results::EpochRecord& record) { tell(record); };
    if (plan.recipe.translates()) parts.g = load_g(plan.settings, *parts.data);
    parts.resume = resumption_.read(context_);
    if (!parts.resume) begin(plan.settings, parts);
    if (parts.resume) write([&] { journal_->complete(parts.resume->epochs); });
    return Trial(std::move(plan), std::move(parts));
  }

  /// g, for a recipe that translates. It always has a linear head; pixels are normalised as it was trained.
  std::shared_ptr<nn::Network> load_g(train::TrialSettings settings, const train::LoadedData& data) {
    const LoadedG g = find_g(job_.stage, job_.out);
    settings.head = settings::HeadKind::linear;
    settings.network = settings::read<settings::TrainSettings>(settings::g_config(job_.stage.config)).network;
    nn::NetworkSpec spec = train::network_spec(settings, data);
    if (g.facts.contains("mean")) spec.mean = g.facts.at("mean").get<std::vector<double>>();
    if (g.facts.contains("std")) spec.std = g.facts.at("std").get<std::vector<double>>();
    auto network = nn::make_network(spec);
    network->to(settings.device, settings.precision);
    nn::load_state(*network, g.checkpoint.network, g.facts.value("file", "g"));
    g_facts_ = g.facts;
    return network;
  }

  /// Where the stage begins that no earlier run has begun: with its prefix, a checkpoint, or its initialisation.
  void begin(const train::TrialSettings& settings, train::TrialParts& parts) {
    if (const std::string* prefix = job_.stage.need(StageKind::prefix)) {
      parts.resume = read_prefix(job_.out.stage(*prefix));
    } else if (const std::string* base = job_.stage.need(StageKind::trial)) {
      parts.start = read_base_weights(job_.out, *base, false);
    } else if (!settings.start_from.empty() && job_.stage.kind == StageKind::trial) {
      parts.start = checkpoints::load_checkpoint(settings.start_from);
    }
  }

  void tell(const results::EpochRecord& record) {
    if (!job_.leads()) return;
    timed(job_.profile, ProfilePhase::write, 0, [&] { write([&] { journal_->append(record); }); });
    study::Progress progress = progress_of(record);
    progress.epochs = last_epoch(job_);
    progress.begun = begun_;
    context_.progress(progress);
  }

  /// Moves the trial on until it is done, the sweep is asked to stop or a file cannot be written; all ranks agree
  /// on the step. False: not done.
  bool train(Trial& trial) {
    while (trial.epoch() < last_epoch(job_)) {
      if (job_.ranks->any(context_.stop_requested() || lost_)) {
        const checkpoints::TrialState state = trial.state();  // of all ranks
        write([&] { resumption_.write(state); });
        return false;
      }
      trial.submit(1);
      if (trial.between_epochs() && resumption_.is_due()) write([&] { resumption_.write(trial.state()); });
    }
    return true;
  }

  /// Has the first rank write. A file that cannot be written ends the stage, at the next step of all ranks.
  template <typename Write>
  void write(Write write_files) {
    if (!job_.leads()) return;
    try {
      write_files();
    } catch (const WriteError& error) {
      if (!lost_) lost_ = error.what();
    }
  }

  /// Of a trained stage whose results could not be written: what it goes on from, in the room of what was.
  void keep_state(Trial& trial) {
    for (const char* name : {"last.safetensors", "best.safetensors", "state.safetensors"}) {
      std::error_code ignored;
      std::filesystem::remove(job_.folder() / name, ignored);
    }
    write([&] { resumption_.write(trial.state()); });
  }

  StageResult ended() const { return lost_ ? unsaved(*lost_) : stopped(); }

  void finish(Trial& trial) {
    if (job_.stage.kind == StageKind::g) {
      write_g(job_.folder(), trial, *job_.data, facts());
    } else if (job_.stage.kind == StageKind::prefix) {
      write_prefix(job_.folder(), trial.state(), facts());
    } else {
      write_result(trial);
    }
  }

  Json facts() const {
    return {{"id", job_.stage.id},
            {"kind", job_.stage.kind == StageKind::g ? "g" : "prefix"},
            {"identity", job_.stage.identity},
            {"config", job_.stage.config.json()},
            {"environment", job_.environment},
            {"seconds", seconds_since(beginning_.time)}};
  }

  void write_result(Trial& trial) const {
    checkpoints::save_checkpoint(job_.folder() / "last.safetensors", trial.checkpoint());
    if (trial.best()) checkpoints::save_checkpoint(job_.folder() / "best.safetensors", best_of(trial));
    results::TrialRecord record = record_of(trial, *job_.data, job_.settings);
    if (!g_facts_.is_null()) record.data["g"] = g_facts_;
    if (const std::string* prefix = job_.stage.need(StageKind::prefix)) record.data["prefix"] = *prefix;
    sign(record, job_, beginning_);
    results::write_trial(job_.out.result(job_.stage.id), record);
  }

  const StageJob& job_;
  study::StageContext& context_;
  const Beginning beginning_;
  Resumption resumption_;
  std::optional<StageJournal> journal_;  // of the first rank
  std::optional<std::string> lost_;      // of the first rank: the sentence of a file that could not be written
  int begun_ = 0;                        // epochs that were there before
  Json g_facts_;
};

}  // namespace

std::filesystem::path StageJob::folder() const {
  return stage.kind == StageKind::trial ? out.trial(stage.id) : out.stage(stage.id);
}

StageResult execute_stage(const StageJob& job, study::StageContext& context) {
  std::optional<StageClaim> claim;
  if (job.stage.kind != StageKind::trial) {
    claim.emplace(job.folder(), context, *job.ranks);
    if (claim->end() == ClaimEnd::stopped) return stopped();
    if (claim->end() == ClaimEnd::unwritable) return unsaved(claim->fault());
    if (claim->end() == ClaimEnd::built_elsewhere) {
      return {StageEnd::done, "made by another sweep meanwhile", ExitCode::done, 0};
    }
  }
  const bool is_post_hoc =
      job.stage.kind == StageKind::trial && !settings::read<settings::Recipe>(job.stage.config).trains();
  if (is_post_hoc) return execute_post_hoc(job);
  try {
    return Execution(job, context).run();
  } catch (const train::Diverged& diverged) {
    return {StageEnd::diverged, diverged.what(), ExitCode::some_failed, 0};
  }
}

}  // namespace m2m::stages
