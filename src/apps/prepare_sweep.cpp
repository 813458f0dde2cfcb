// Prepares a sweep: groups of ranks, lock and time limit.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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
#include "core/log.hpp"
#include "core/text.hpp"
#include "results/merge.hpp"
#include "settings/train_settings.hpp"
#include "study/plan.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/run.hpp"
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

using StopTime = std::optional<Clock::time_point>;

/// Why to stop waiting: a signal, or the time limit.
sweep::StopReason stop_reason(const StopTime& stop_at) {
  const sweep::StopReason signalled = sweep::StopSignals::received();
  const bool is_late = stop_at && Clock::now() >= *stop_at;
  return signalled == sweep::StopReason::none && is_late ? sweep::StopReason::requeue : signalled;
}

/// Throws Error (interrupted or requeue) if there is a reason to stop before the sweep began.
void throw_if_stopped(const StopTime& stop_at) {
  const sweep::StopReason reason = stop_reason(stop_at);
  if (reason == sweep::StopReason::none) return;
  throw Error(reason == sweep::StopReason::requeue ? ExitCode::requeue : ExitCode::interrupted,
              "stopped while it waited for the output folder; run the same command again");
}

std::unique_ptr<results::FolderLock> lock_folder(const results::OutputFolder& out, bool wait,
                                                 const StopTime& stop_at) {
  for (bool has_logged = false;; has_logged = true) {
    try {
      return std::make_unique<results::FolderLock>(out.root);
    } catch (const Error& error) {
      if (!wait || error.code() != ExitCode::held) throw;
      if (!has_logged) log_info(fmt::format("waiting: {}", error.what()));
    }
    for (int tenths = 0; tenths < 20 && stop_reason(stop_at) == sweep::StopReason::none; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    throw_if_stopped(stop_at);
  }
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
StopTime stop_time(const sweep::TimeLimit& given, Clock::time_point started) {
  const std::chrono::duration<double> running = Clock::now() - started;
  const std::chrono::duration<double> unix_now = std::chrono::system_clock::now().time_since_epoch();
  const sweep::TimeLeft left = sweep::time_left(
      given, [](const char* name) { return std::getenv(name); }, unix_now.count(), running.count());
  if (!left.remark.empty()) log_warning(left.remark);
  if (!left.seconds) return std::nullopt;
  log_info(fmt::format("time left for the sweep: {}", duration_text(*left.seconds)));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*left.seconds));
}

}  // namespace

PreparedSweep prepare_sweep(const SweepArguments& arguments, const comm::Session& session,
                            const TrainingBackend& training, std::chrono::steady_clock::time_point started) {
  comm::check_rank_count(session.size(), session.launch());
  PlannedSweep planned = plan_sweep(arguments, session.size(), training);
  const auto& [study, out, graph, ranks_per_trial] = planned;
  const std::vector<MachineNeed> needs = machine_needs(graph);
  // Here too, before the output folder is made: the machines of a job are mostly alike.
  const std::string trouble = rank_trouble(session, training.check_machine, needs, 0);
  if (!trouble.empty()) throw usage_error(trouble);
  if (!arguments.study) {
    log_info(fmt::format("no study given: running {}; '--help' shows how to name another", study.file));
    print_answer(sweep::cost_text(graph, dry_run_settings(planned, arguments, session.size(), training)));
  }
  const auto stop_at = stop_time(arguments.time, started);
  log_groups(planned, session, arguments.trials_per_device);
  std::unique_ptr<results::FolderLock> lock = lock_folder(out, arguments.wait, stop_at);
  results::check_loses_nothing(out);
  std::vector<bool> exists = sweep::set_aside_damaged(graph, out, training.find_damage);
  sweep::remove_unfinished(graph, exists, out);
  check_precisions(arguments.trials_per_device, graph, exists);  // again: damaged stages are to run as well
  const std::string advice = precision_advice(study, graph, exists, training.gpus);
  if (!advice.empty()) log_info(advice);
  sweep::check_free_space(graph, exists, out);
  const std::string unplanned = sweep::unplanned_remark(graph, out);
  if (!unplanned.empty()) log_warning(unplanned);
  sweep::write_planned_trials(study, graph, out);
  std::map<int, study::StageResult> losses = sweep::known_losses(graph, out, arguments.retry);
  const JobSettings job_settings{out,
                                 arguments.profile,
                                 ranks_per_trial,
                                 arguments.retry.max_retries,
                                 arguments.trials_per_device,
                                 arguments.stall_timeout,
                                 needs};
  return {std::move(planned.graph), std::move(exists), std::move(losses), std::move(lock), job_settings, stop_at,
          arguments.fail_fast};
}

}  // namespace m2m::apps
