// Prepares a sweep: graph, groups of ranks, lock and time limit; or answers a verb that runs nothing.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <thread>

#include "apps/rank_groups.hpp"
#include "apps/sweep_arguments.hpp"
#include "apps/sweep_command.hpp"
#include "apps/sweep_options.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/instruction_set.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "settings/train_settings.hpp"
#include "study/plan.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/run.hpp"
#include "sweep/status.hpp"
#include "sweep/stopping.hpp"

namespace m2m::apps {
namespace {

using settings::Precision, settings::TrainSettings;

std::set<Precision> precisions_to_run(const study::StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = study::stages_to_run(graph, exists);
  std::set<Precision> found;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const auto precision = settings::find_value(graph.stages[i].config, &TrainSettings::precision);
    if (to_run[i] && precision) found.insert(*precision);
  }
  return found;
}

bool is_given(const study::Study& study, const std::string& name) {
  const auto is_it = [&](const study::Axis& axis) { return axis.name == name; };
  const auto sets_it = [&](const study::NamedPoint& point) { return point.settings.contains(name); };
  return study.fixed.contains(name) || std::any_of(study.grid.begin(), study.grid.end(), is_it) ||
         std::any_of(study.points.begin(), study.points.end(), sets_it);
}

/// True if a stage to run in float32 may train on a GPU.
bool trains_float32_on_gpu(const study::StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = study::stages_to_run(graph, exists);
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    const bool is_on_cpu = settings::has_value(config, &TrainSettings::device, settings::Device::cpu);
    const bool is_float32 = settings::has_value(config, &TrainSettings::precision, Precision::float32);
    if (to_run[i] && is_float32 && !is_on_cpu) return true;
  }
  return false;
}

}  // namespace

void check_precisions(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists) {
  if (trials_per_device == 1) return;
  const std::set<Precision> precisions = precisions_to_run(graph, exists);
  if (!precisions.contains(Precision::tf32) || precisions.size() == 1) return;
  throw usage_error(
      fmt::format("--trials-per-device {}: a process cannot compute in tf32 and in another precision at the same "
                  "time; leave out --trials-per-device",
                  trials_per_device));
}

std::string precision_advice(const study::Study& study, const study::StageGraph& graph,
                             const std::vector<bool>& exists, int gpus) {
  const bool is_chosen = is_given(study, settings::name_of(&TrainSettings::precision));
  if (gpus == 0 || is_chosen || !trains_float32_on_gpu(graph, exists)) return "";
  return "the study does not set train.precision, so trials run in float32, the slowest precision on a GPU; "
         "'train.precision=bf16' at the end of the command is faster, and its trials have other ids";
}

namespace {

using Clock = std::chrono::steady_clock;

/// Throws Error (interrupted or requeue) if a signal came before the sweep began.
void throw_if_signalled() {
  const sweep::StopReason reason = sweep::StopSignals::received();
  if (reason == sweep::StopReason::none) return;
  throw Error(reason == sweep::StopReason::requeue ? ExitCode::requeue : ExitCode::interrupted,
              "stopped while it waited for the output folder; run the same command again");
}

std::unique_ptr<results::FolderLock> lock_folder(const results::OutputFolder& out, bool wait) {
  for (bool has_logged = false;; has_logged = true) {
    try {
      return std::make_unique<results::FolderLock>(out.root);
    } catch (const Error& error) {
      if (!wait || error.code() != ExitCode::held) throw;
      if (!has_logged) log_info(fmt::format("waiting: {}", error.what()));
    }
    for (int tenths = 0; tenths < 20 && sweep::StopSignals::received() == sweep::StopReason::none; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw_if_signalled();
  }
}

std::string validation_text(const study::Study& study, const study::StageGraph& graph) {
  return fmt::format("{}: ok: {}, {}\n", study.file,
                     count_text(study::count(graph, study::StageKind::trial), "trial"),
                     count_text(graph.size() - study::count(graph, study::StageKind::trial), "stage"));
}

/// The graph of a study and the size of the groups of ranks.
struct PlannedSweep {
  study::StageGraph graph;
  int ranks_per_trial = 1;
};

PlannedSweep plan_sweep(const study::Study& study, const SweepArguments& arguments,
                        const results::OutputFolder& out, int ranks, const TrainingBackend& training) {
  const results::ResultChecker checker(out);
  std::map<std::string, bool> looked_up;  // each stage once, although several plans ask: a look opens a file
  const auto existing = [&](const study::StageGraph& graph) {
    std::vector<bool> exists;
    for (const study::Stage& stage : graph.stages) {
      const auto [known, is_new] = looked_up.try_emplace(stage.id);
      if (is_new) known->second = sweep::stage_exists(stage, out, checker);
      exists.push_back(known->second);
    }
    return exists;
  };
  const auto plan = [&](int group) {
    study::StageGraph graph =
        study::plan_study(study, training.settings, training.resolve, training.planner(group));
    if (arguments.part) graph = study::select_part(graph, *arguments.part);
    const std::vector<bool> exists = existing(graph);
    return study::without_unshared_prefixes(std::move(graph), exists);
  };
  // Identities contain the size of a group only if batch norm is local. So the first plan is enough to choose the
  // size.
  study::StageGraph graph = plan(std::max(arguments.ranks_per_trial, 1));
  const int group = ranks_per_trial(arguments.ranks_per_trial, ranks, graph, existing(graph));
  if (group != std::max(arguments.ranks_per_trial, 1)) graph = plan(group);
  check_shard_options(arguments.trials_per_device, graph, existing(graph));
  check_precisions(arguments.trials_per_device, graph, existing(graph));
  return {std::move(graph), group};
}

void log_groups(const PlannedSweep& planned, const comm::Session& session, int trials_per_device) {
  const std::string shared = shared_devices_text(session.size(), trials_per_device);
  if (!shared.empty()) log_info(shared);
  const std::string text = groups_text(session.size(), planned.ranks_per_trial);
  if (text.empty()) return;
  log_info(text);
  if (sweep::group_count(session.size(), planned.ranks_per_trial) <
      study::count(planned.graph, study::StageKind::trial)) {
    log_info(
        "one rank per trial is faster for the whole study; use several only if there are fewer trials than ranks");
  }
}

/// Time at which the sweep has to stop, by the steady clock; nothing without a limit. Logs the time left.
std::optional<Clock::time_point> stop_time(const sweep::TimeLimit& given, Clock::time_point started) {
  const std::chrono::duration<double> running = Clock::now() - started;
  const std::chrono::duration<double> unix_now = std::chrono::system_clock::now().time_since_epoch();
  const sweep::TimeLeft left = sweep::time_left(
      given, [](const char* name) { return std::getenv(name); }, unix_now.count(), running.count());
  if (!left.remark.empty()) log_warning(left.remark);
  if (!left.seconds) return std::nullopt;
  log_info(fmt::format("time left for the sweep: {}", duration_text(*left.seconds)));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*left.seconds));
}

/// Job script that runs the study with `arguments` in the output folder `out`.
std::string script_text(const SweepArguments& arguments, const study::Study& study,
                        const std::filesystem::path& out) {
  sweep::SlurmJob job = arguments.slurm;
  job.name = study.name;
  job.out = out.string();
  job.words = {study.file};
  job.words.insert(job.words.end(), arguments.settings.begin(), arguments.settings.end());
  if (!arguments.out.empty()) job.words.insert(job.words.end(), {"--out", arguments.out.string()});
  if (arguments.time.margin) {
    job.words.insert(job.words.end(), {"--time-margin", fmt::format("{:g}", *arguments.time.margin)});
  }
  if (!arguments.cache.empty()) job.words.insert(job.words.end(), {"--cache", arguments.cache.string()});
  if (arguments.ranks_per_trial != 1) {
    const std::string ranks =
        arguments.ranks_per_trial == 0 ? "auto" : fmt::format("{}", arguments.ranks_per_trial);
    job.words.insert(job.words.end(), {"--ranks-per-trial", ranks});
  }
  if (arguments.trials_per_device != 1) {
    job.words.insert(job.words.end(), {"--trials-per-device", fmt::format("{}", arguments.trials_per_device)});
  }
  if (arguments.fail_fast) job.words.push_back("--fail-fast");
  if (arguments.profile) job.words.push_back("--profile");
  return sweep::slurm_script(job);
}

/// Waits so many seconds. Throws Error (interrupted) at a signal that asks for a stop.
void wait_or_stop(double seconds) {
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (Clock::now() < end) {
    if (sweep::StopSignals::received() != sweep::StopReason::none)
      throw Error(ExitCode::interrupted, "stopped by a signal; the sweep goes on");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

/// Prints the status again and again while a sweep works in the folder; returns the last one. On a terminal each
/// replaces the one before; JSON is one object a line.
std::string watched_status(const SweepArguments& arguments) {
  const bool replaces = !arguments.json && ::isatty(STDOUT_FILENO) != 0;
  for (;;) {
    const sweep::StudyStatus status = sweep::read_status({arguments.folder});
    std::string text = arguments.json ? sweep::status_json(status).dump() + "\n" : sweep::status_text(status);
    if (replaces) text.insert(0, "\x1b[H\x1b[2J");  // to the top, and clear
    if (status.sweep.empty()) return text;
    print_answer(text + (replaces || arguments.json ? "" : "\n"));
    if (std::ferror(stdout) != 0) return "";  // its reader is gone
    wait_or_stop(arguments.watch_seconds);
  }
}

std::string status_answer(const SweepArguments& arguments) {
  if (arguments.watch) return watched_status(arguments);
  const sweep::StudyStatus status = sweep::read_status({arguments.folder});
  return arguments.json ? sweep::status_json(status).dump(2) + "\n" : sweep::status_text(status);
}

/// Answer of a verb that needs no plan; nothing for the other verbs.
std::optional<std::string> answer_without_plan(const SweepArguments& arguments, const TrainingBackend& training) {
  if (!arguments.answer.empty()) return arguments.answer;
  if (arguments.verb == Verb::status) return status_answer(arguments);
  if (arguments.verb == Verb::simulate) return simulate_command(arguments, training);
  if (arguments.verb == Verb::describe) return describe(training, arguments.subject);
  return std::nullopt;
}

}  // namespace

std::optional<PreparedSweep> prepare_sweep(int argc, char** argv, const comm::Session& session,
                                           const TrainingBackend& training,
                                           std::chrono::steady_clock::time_point started) {
  const auto print = [](const std::string& text) {
    print_answer(text);
    return std::nullopt;
  };
  instruction_set_limit();  // throws now if M2M_INSTRUCTION_SET is wrong
  const SweepArguments arguments = parse_arguments(argc, argv);
  if (arguments.verbose) set_log_level(LogLevel::debug);
  if (const auto answer = answer_without_plan(arguments, training)) return print(*answer);
  const bool is_run = arguments.verb == Verb::run && !arguments.dry_run;
  if (is_run) comm::check_rank_count(session.size(), session.launch());

  const study::Study study = read_given_study(arguments.study, arguments.settings, training.settings);
  results::OutputFolder out{arguments.out.empty() ? std::filesystem::path("results") / study.name : arguments.out,
                            arguments.cache};
  if (arguments.part) out.root = study::part_folder(out.root, *arguments.part);
  PlannedSweep planned = plan_sweep(study, arguments, out, session.size(), training);
  const study::StageGraph& graph = planned.graph;
  const sweep::DryRunSettings settings{study.name, out, sweep::group_count(session.size(), planned.ranks_per_trial),
                                       training.gpus > 0 ? "GPU" : "core", arguments.trials_per_device};
  if (arguments.verb == Verb::validate) return print(validation_text(study, graph));
  if (arguments.verb == Verb::slurm) return print(script_text(arguments, study, out.root));
  if (arguments.verb == Verb::list) return print(sweep::list_text(graph, settings.out));
  if (arguments.dry_run) return print(sweep::dry_run_text(graph, settings));
  if (!arguments.study)
    log_info(fmt::format("no study given: running {}; '--help' shows how to name another", study.file));
  if (!arguments.study) print_answer(sweep::cost_text(graph, settings));
  const auto stop_at = stop_time(arguments.time, started);
  log_groups(planned, session, arguments.trials_per_device);
  std::unique_ptr<results::FolderLock> lock = lock_folder(out, arguments.wait);
  std::vector<bool> exists = sweep::set_aside_damaged(graph, out, training.find_damage);
  sweep::remove_unfinished(graph, exists, out);
  check_precisions(arguments.trials_per_device, graph, exists);  // again: damaged stages are to run as well
  const std::string advice = precision_advice(study, graph, exists, training.gpus);
  if (!advice.empty()) log_info(advice);
  sweep::check_free_space(graph, exists, out);
  sweep::write_planned_trials(study, graph, out);
  std::map<int, study::StageResult> losses = sweep::known_losses(graph, out, arguments.retry);
  return PreparedSweep{std::move(planned.graph),
                       std::move(exists),
                       std::move(losses),
                       std::move(lock),
                       {out, arguments.profile, planned.ranks_per_trial, arguments.retry.max_retries,
                        arguments.trials_per_device, arguments.stall_timeout},
                       stop_at,
                       arguments.fail_fast};
}

}  // namespace m2m::apps
