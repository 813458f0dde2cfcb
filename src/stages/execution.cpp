#include "stages/execution.hpp"

#include <fmt/format.h>

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
#include "stages/arithmetic.hpp"
#include "stages/artifacts.hpp"
#include "stages/planner.hpp"
#include "stages/stage_folder.hpp"
#include "stages/stage_report.hpp"
#include "train/trial.hpp"

namespace m2m::stages {

using study::StageKind;
using study::StageOutcome;
using study::StageResult;
using train::Trial;

namespace {

/// Loads the g that a trial translates against.
LoadedG load_g(const study::Stage& stage, const results::OutputFolder& out) {
  const std::string file = settings::read<settings::M2mSettings>(stage.config).g_from;
  if (!file.empty()) return read_external_g(file);
  return read_g(out.stage(*stage.need(StageKind::g)),
                settings::to_text(settings::read<settings::M2mSettings>(stage.config).g_epoch));
}

checkpoints::Checkpoint best_checkpoint(const Trial& trial) {
  checkpoints::Checkpoint checkpoint;
  checkpoint.network = trial.best_state();
  checkpoint.epoch = trial.best()->epoch;
  return checkpoint;
}

StageResult interrupted_result() { return {StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0}; }

StageResult unsaved(const std::string& sentence) {
  return {StageOutcome::unsaved, sentence, ExitCode::input_output, 0};
}

/// Last epoch of the stage: the deferral epoch for a prefix, the end of the schedule otherwise.
int last_epoch(const StageJob& job) {
  return job.stage.kind == StageKind::prefix ? job.settings.defer_until : job.settings.epochs;
}

/// The value that a post-hoc method used: "tau 0.8", "temperature 1.532".
std::string post_hoc_text(const Json& used) {
  if (used.contains("tau")) return fmt::format("tau {:.1f}", used.at("tau").get<double>());
  return fmt::format("temperature {:.3f}", used.at("temperature").get<double>());
}

/// Executes a trial that trains nothing; its first rank writes the files.
StageResult execute_post_hoc(const StageJob& job) {
  const StartTime start_time;
  const study::Stage& stage = job.stage;
  results::TrialRecord record = post_hoc_record(stage.config, job.out, *stage.need(StageKind::trial));
  const std::string summary =
      fmt::format("bACC {:.1f} (last, {}) GM {:.1f}", 100 * balanced_accuracy(record.last.test),
                  post_hoc_text(record.data.at("post_hoc").at("last")), 100 * geometric_mean(record.last.test)) +
      over_tested(record.last.test);
  try {
    if (job.leads()) {
      add_provenance(record, job, start_time);
      write_file(job.folder() / "config.json", stage.config.json().dump(2) + "\n");
      results::write_trial(job.out.result(stage.id), record);
    }
  } catch (const WriteError& error) {
    return unsaved(error.what());
  }
  return {StageOutcome::done, summary, ExitCode::done, seconds_since(start_time.time)};
}

/// The execution of a stage on one of its ranks.
class Execution {
 public:
  Execution(const StageJob& job, study::StageContext& context)
      : job_(job), context_(context), resume_file_(job.folder(), *job.ranks, job.settings.checkpoint_seconds) {}

  StageResult run() {
    if (job_.ranks->any(context_.stop_requested())) return interrupted_result();
    write([&] {
      write_file(job_.folder() / "config.json", job_.stage.config.json().dump(2) + "\n");
      journal_.emplace(job_.folder(), context_);
    });
    if (job_.ranks->any(lost_.has_value())) return ended();
    Trial trial = make_trial();
    begun_ = trial.epoch();
    if (!train(trial)) return ended();
    const PhaseTimer timer(job_.profile, ProfilePhase::write);
    if (!lost_) write([&] { write_artifact(trial); });
    if (lost_) {
      keep_state(trial);
      return ended();
    }
    if (job_.leads()) resume_file_.remove();
    const std::string summary = job_.stage.kind == StageKind::prefix ? prefix_summary(trial) : trial_summary(trial);
    return {StageOutcome::done, summary, ExitCode::done, seconds_since(start_time_.time)};
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
    parts.on_epoch = [this](const results::EpochRecord& record) { report_epoch(record); };
    if (plan.recipe.translates()) parts.g = make_g(plan.settings, *parts.data);
    parts.resume = resume_file_.read(context_);
    const bool needs_start = plan.settings.max_norm.has_value();  // its bound follows from the start
    if (!parts.resume || needs_start) load_start(plan.settings, parts);
    note_arithmetic(parts.resume);
    if (parts.resume) write([&] { journal_->complete(parts.resume->epochs); });
    return Trial(std::move(plan), std::move(parts));
  }

  /// Adds the arithmetic of this run to that of the steps so far, and remarks a change.
  void note_arithmetic(const std::optional<checkpoints::TrialState>& resumed) {
    const checkpoints::Arithmetic begun = resumed ? resumed->arithmetic : checkpoints::Arithmetic{};
    arithmetic_ = continued(begun, arithmetic_of(job_.settings, job_.environment));
    const std::string changes = changes_text(arithmetic_);
    if (changes.empty() || !job_.leads()) return;
    context_.remark(fmt::format("{}: its epochs are computed with different arithmetic: {}; its record says so",
                                job_.folder().string(), changes));
  }

  /// The state of the trial, with the arithmetic of its steps if it has made any. Collective.
  checkpoints::TrialState state_of(Trial& trial) const {
    checkpoints::TrialState state = trial.state();
    if (state.epoch > 0 || state.step > 0) state.arithmetic = arithmetic_;
    return state;
  }

  /// Makes g for a recipe that translates. g always has a linear head; pixels are normalised as in its training.
  std::shared_ptr<nn::Network> make_g(train::TrialSettings settings, const train::LoadedData& data) {
    const LoadedG g = load_g(job_.stage, job_.out);
    const Config of_g = settings::g_config(job_.stage.config);
    settings.head = settings::HeadKind::linear;
    settings.network = settings::value_of(of_g, &settings::TrainSettings::network);
    settings.experts = settings::count_experts(settings::value_of(of_g, &settings::Recipe::experts),
                                               settings::read<settings::ExpertSettings>(of_g));
    nn::NetworkSpec spec = train::network_spec(settings, data);
    if (g.facts.contains("mean")) spec.mean = g.facts.at("mean").get<std::vector<double>>();
    if (g.facts.contains("std")) spec.std = g.facts.at("std").get<std::vector<double>>();
    auto network = nn::make_network(spec);
    network->to(settings.device, settings.precision);
    nn::load_state(*network, g.checkpoint.network, g.facts.value("file", "g"));
    g_facts_ = g.facts;
    return network;
  }

  /// Loads the start of a stage: its prefix, its base, a checkpoint, or nothing.
  void load_start(const train::TrialSettings& settings, train::TrialParts& parts) {
    if (const std::string* prefix = job_.stage.need(StageKind::prefix)) {
      parts.resume = read_prefix(job_.out.stage(*prefix));
    } else if (const std::string* base = job_.stage.need(StageKind::trial)) {
      parts.start = read_base_weights(job_.out, *base, false);
    } else if (!settings.start_from.empty() && job_.stage.kind == StageKind::trial) {
      parts.start = checkpoints::load_checkpoint(settings.start_from);
    }
  }

  void report_epoch(const results::EpochRecord& record) {
    if (!job_.leads()) return;
    timed(job_.profile, ProfilePhase::write, 0, [&] { write([&] { journal_->append(record); }); });
    study::Progress progress = to_progress(record);
    progress.epochs = last_epoch(job_);
    progress.resumed_from = begun_;
    context_.progress(progress);
  }

  /// Trains until the trial is done, the sweep is asked to stop or a file cannot be written; all ranks agree on the
  /// step. False if the trial is not done.
  bool train(Trial& trial) {
    while (trial.epoch() < last_epoch(job_)) {
      if (job_.ranks->any(context_.stop_requested() || lost_)) {
        const checkpoints::TrialState state = state_of(trial);  // collective
        write([&] { resume_file_.write(state); });
        return false;
      }
      trial.submit(1);
      if (trial.between_epochs() && resume_file_.is_due()) write([&] { resume_file_.write(state_of(trial)); });
    }
    return true;
  }

  /// Writes on the first rank. If a file cannot be written, all ranks end the stage at the next step.
  template <typename Write>
  void write(Write write_files) {
    if (!job_.leads()) return;
    try {
      write_files();
    } catch (const WriteError& error) {
      if (!lost_) lost_ = error.what();
    }
  }

  /// Keeps the state of a trained stage whose results could not be written, in the space of its other files. If
  /// only what followed the last file failed, the stage is done, and keeps them.
  void keep_state(Trial& trial) {
    if (std::filesystem::is_regular_file(job_.last_file())) return;
    for (const char* name : {"last.safetensors", "best.safetensors", "state.safetensors"}) {
      std::error_code ignored;
      std::filesystem::remove(job_.folder() / name, ignored);
    }
    write([&] { resume_file_.write(state_of(trial)); });
  }

  StageResult ended() const { return lost_ ? unsaved(*lost_) : interrupted_result(); }

  void write_artifact(Trial& trial) {
    if (job_.stage.kind == StageKind::g) {
      write_g(job_.folder(), trial, *job_.data, stage_facts());
    } else if (job_.stage.kind == StageKind::prefix) {
      write_prefix(job_.folder(), state_of(trial), stage_facts());
    } else {
      write_result(trial);
    }
  }

  Json stage_facts() const {
    return {{"id", job_.stage.id},
            {"kind", job_.stage.kind == StageKind::g ? "g" : "prefix"},
            {"identity", job_.stage.identity},
            {"config", job_.stage.config.json()},
            {"environment", with_changes(job_.environment, arithmetic_)},
            {"seconds", seconds_since(start_time_.time)}};
  }

  void write_result(Trial& trial) const {
    checkpoints::save_checkpoint(job_.folder() / "last.safetensors", trial.checkpoint());
    if (trial.best()) checkpoints::save_checkpoint(job_.folder() / "best.safetensors", best_checkpoint(trial));
    results::TrialRecord record = make_record(trial, *job_.data, job_.settings);
    if (!g_facts_.is_null()) record.data["g"] = g_facts_;
    if (const std::string* prefix = job_.stage.need(StageKind::prefix)) record.data["prefix"] = *prefix;
    add_provenance(record, job_, start_time_);
    record.environment = with_changes(job_.environment, arithmetic_);
    results::write_trial(job_.out.result(job_.stage.id), record);
  }

  const StageJob& job_;
  study::StageContext& context_;
  const StartTime start_time_;
  ResumeFile resume_file_;
  std::optional<StageJournal> journal_;  // on the first rank
  std::optional<std::string> lost_;      // on the first rank: the error of a file that could not be written
  checkpoints::Arithmetic arithmetic_;   // of the steps of all runs, and of the prefix
  int begun_ = 0;                        // epochs of an earlier run or the prefix
  Json g_facts_;
};

}  // namespace

std::filesystem::path StageJob::folder() const {
  return stage.kind == StageKind::trial ? out.trial(stage.id) : out.stage(stage.id);
}

std::filesystem::path StageJob::last_file() const {
  return stage.kind == StageKind::trial ? out.result(stage.id) : out.stage_done(stage.id);
}

StageResult execute_stage(const StageJob& job, study::StageContext& context) {
  std::optional<StageClaim> claim;
  if (job.stage.kind != StageKind::trial) {
    claim.emplace(job.folder(), context, *job.ranks);
    if (claim->result() == ClaimResult::stopped) return interrupted_result();
    if (claim->result() == ClaimResult::unwritable) return unsaved(claim->fault());
    if (claim->result() == ClaimResult::built_elsewhere) {
      return {StageOutcome::done, "built by another sweep meanwhile", ExitCode::done, 0};
    }
  }
  const bool is_post_hoc =
      job.stage.kind == StageKind::trial && !settings::read<settings::Recipe>(job.stage.config).trains();
  if (is_post_hoc) return execute_post_hoc(job);
  try {
    return Execution(job, context).run();
  } catch (const train::Diverged& diverged) {
    return {StageOutcome::diverged, diverged.what(), ExitCode::some_failed, 0};
  }
}

}  // namespace m2m::stages
