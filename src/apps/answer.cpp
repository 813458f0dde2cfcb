// The answers of m2m-sweep: plans a study, and prints what a command line that runs no stage asks for.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <thread>

#include "apps/rank_groups.hpp"
#include "apps/sweep_arguments.hpp"
#include "apps/sweep_command.hpp"
#include "apps/sweep_options.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "results/merge.hpp"
#include "study/plan.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/run.hpp"
#include "sweep/status.hpp"
#include "sweep/stopping.hpp"

namespace m2m::apps {

PlannedSweep plan_sweep(const SweepArguments& arguments, int ranks, const TrainingBackend& training) {
  study::Study study = read_given_study(arguments.study, arguments.settings, training.settings);
  results::OutputFolder out{arguments.out.empty() ? std::filesystem::path("results") / study.name : arguments.out,
                            arguments.cache};
  if (arguments.part) out.root = study::part_folder(out.root, *arguments.part);
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
  std::set<std::string> remarks;  // each once, although several plans have it
  const auto plan = [&](int group) {
    study::StageGraph graph =
        study::plan_study(study, training.settings, training.resolve, training.planner(group));
    for (const std::string& remark : study::idle_settings(study, graph, training.settings)) {
      if (remarks.insert(remark).second) log_warning(remark);
    }
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
  return {std::move(study), std::move(out), std::move(graph), group};
}

sweep::DryRunSettings dry_run_settings(const PlannedSweep& planned, const SweepArguments& arguments, int ranks,
                                       const TrainingBackend& training) {
  return {planned.study.name, planned.out, sweep::group_count(ranks, planned.ranks_per_trial),
          training.gpus > 0 ? "GPU" : "core", arguments.trials_per_device};
}

namespace {

using Clock = std::chrono::steady_clock;

std::string validation_text(const study::Study& study, const study::StageGraph& graph) {
  return fmt::format("{}: ok: {}, {}\n", study.file,
                     count_text(study::count(graph, study::StageKind::trial), "trial"),
                     count_text(graph.size() - study::count(graph, study::StageKind::trial), "stage"));
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
    job.ranks_per_trial = arguments.ranks_per_trial;
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

bool runs_stages(const SweepArguments& arguments) {
  return arguments.answer.empty() && arguments.verb == Verb::run && !arguments.dry_run;
}

namespace {

std::string planned_answer(const SweepArguments& arguments, const PlannedSweep& planned, int ranks,
                           const TrainingBackend& training) {
  if (arguments.verb == Verb::validate) return validation_text(planned.study, planned.graph);
  if (arguments.verb == Verb::slurm) return script_text(arguments, planned.study, planned.out.root);
  if (arguments.verb == Verb::list) return sweep::list_text(planned.graph, planned.out);
  results::check_loses_nothing(planned.out);
  const std::string trouble = machine_trouble(training.check_machine, machine_needs(planned.graph), 0);
  if (!trouble.empty()) log_info(fmt::format("this machine cannot run the study, others may: {}", trouble));
  return sweep::dry_run_text(planned.graph, dry_run_settings(planned, arguments, ranks, training));
}

}  // namespace

void answer(const SweepArguments& arguments, int ranks, const TrainingBackend& training, const PrintFn& print) {
  if (const auto text = answer_without_plan(arguments, training)) return print(*text);
  const PlannedSweep planned = plan_sweep(arguments, ranks, training);
  print(planned_answer(arguments, planned, ranks, training));
}

}  // namespace m2m::apps
