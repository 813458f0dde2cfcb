#include "sweep/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <thread>

#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "core/machine.hpp"
#include "core/text.hpp"
#include "results/folder_lock.hpp"
#include "results/merge.hpp"
#include "results/output_folder.hpp"
#include "results/record_file.hpp"
#include "results/study_results.hpp"
#include "study/graph.hpp"
#include "sweep/attempts.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/costs.hpp"
#include "sweep/failures.hpp"
#include "sweep/progress.hpp"
#include "sweep/stopping.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {
namespace {

bool is_there(const study::Stage& stage, const results::OutputFolder& out) {
  return exists_or_throw(stage.kind == study::StageKind::trial ? out.result(stage.id) : out.stage_done(stage.id));
}

/// Checks a stage, and renames it if it is damaged or, if it is needed, has other checksums. Returns true if it can
/// be used. Takes the lock of its folder, because another sweep with the same cache may have made the stage again.
bool keep_stage(const std::filesystem::path& folder, bool is_needed) {
  if (!is_needed && !results::damage_of_stage(folder, results::Look::quick)) return true;
  try {
    const results::FolderLock lock(folder);
    const auto damage = results::damage_of_stage(folder, results::Look::thorough);
    if (damage) log_warning(results::set_aside(*damage));
    return !damage;
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    return false;  // another sweep makes it; the stage waits for the lock
  }
}

bool keep_trial(const study::Stage& trial, const results::OutputFolder& out, const results::ResultChecker& checker,
                bool is_needed, const FindDamage& find_damage) {
  auto damage = checker.damage(trial.id, results::Look::thorough);
  if (!damage && is_needed) damage = find_damage(trial, out);
  if (damage) log_warning(results::set_aside(*damage));
  return !damage;
}

}  // namespace

bool stage_exists(const study::Stage& stage, const results::OutputFolder& out,
                  const results::ResultChecker& checker) {
  if (!is_there(stage, out)) return false;
  return stage.kind == study::StageKind::trial
             ? !checker.damage(stage.id, results::Look::quick)
             : !results::damage_of_stage(out.stage(stage.id), results::Look::quick);
}

std::vector<bool> existing_stages(const study::StageGraph& graph, const results::OutputFolder& out) {
  const results::ResultChecker checker(out);
  std::vector<bool> there;
  for (const study::Stage& stage : graph.stages) there.push_back(stage_exists(stage, out, checker));
  return there;
}

std::vector<bool> set_aside_damaged(const study::StageGraph& graph, const results::OutputFolder& out,
                                    const FindDamage& find_damage) {
  const results::ResultChecker checker(out);
  std::vector<bool> there(graph.stages.size()), to_run(graph.stages.size());
  for (std::size_t i = there.size(); i-- > 0;) {  // dependents first
    const study::Stage& stage = graph.stages[i];
    const auto& dependents = graph.dependents[i];
    const bool is_trial = stage.kind == study::StageKind::trial;
    const bool is_needed = std::any_of(dependents.begin(), dependents.end(),
                                       [&](int dependent) { return to_run[static_cast<std::size_t>(dependent)]; });
    there[i] = is_there(stage, out) && (is_trial ? keep_trial(stage, out, checker, is_needed, find_damage)
                                                 : keep_stage(out.stage(stage.id), is_needed));
    to_run[i] = !there[i] && (is_trial || is_needed);
  }
  return there;
}

void remove_unfinished(const study::StageGraph& graph, const std::vector<bool>& exists,
                       const results::OutputFolder& out) {
  remove_unfinished_files(out.root);
  for (std::size_t i = 0; i < exists.size(); ++i) {
    const study::Stage& stage = graph.stages[i];
    if (!exists[i] && stage.kind == study::StageKind::trial) remove_unfinished_files(out.trial(stage.id));
  }
}

namespace {

std::function<double()> clock_from_now() {
  return [start = std::chrono::steady_clock::now()] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
}

WorkerSettings worker_settings() { return {host_text(), StopSignals::received}; }

/// Number of worker slots of all ranks.
int slot_count(const SweepJob& job) { return group_count(job.ranks, job.ranks_per_trial) * job.trials_per_device; }

ProgressSettings progress_settings(const SweepJob& job, const std::function<double()>& clock) {
  ProgressSettings settings;
  settings.slots = slot_count(job);
  settings.trials_per_device = job.trials_per_device;
  settings.terminal = job.terminal;
  settings.log = log_info;
  settings.screen = [](const std::string& text) { std::fputs(text.c_str(), stderr); };
  settings.clock = clock;
  return settings;
}

/// Reason to stop: a signal, the lost lock of the folder, the lost reader of the log, or the time limit.
StopReason stop_requested(const SweepJob& job) {
  const StopReason signalled = StopSignals::received();
  if (signalled != StopReason::none) return signalled;
  if (job.lock.lost()) return StopReason::interrupted;
  if (log_reader_is_gone()) return StopReason::unwritable;
  const bool is_late = job.stop_at && std::chrono::steady_clock::now() >= *job.stop_at;
  return is_late ? StopReason::requeue : StopReason::none;
}

/// Runs the coordinator in a thread, the worker in this one. Returns why the sweep was stopped. An exception of the
/// coordinator is thrown after all workers have ended.
StopReason run_all(const SweepJob& job, Scheduler& scheduler, comm::Mailbox& coordinator, comm::Mailbox& worker,
                   const WorkerJob& worker_job) {
  const auto clock = clock_from_now();
  ProgressView progress(scheduler, progress_settings(job, clock));
  FailureWriter failures(scheduler, job.out);
  AttemptLog attempts(scheduler, job.out);
  const std::vector<SweepObserver*> observers = {&attempts, &failures, &progress};
  const CoordinatorSettings settings{job.ranks,
                                     clock,
                                     [&] { return stop_requested(job); },
                                     job.fail_fast,
                                     job.ranks_per_trial,
                                     job.trials_per_device,
                                     job.stall_timeout,
                                     10,
                                     job.end_job};
  StopReason reason = StopReason::none;
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      reason = run_coordinator(scheduler, coordinator, observers, settings);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  try {
    run_worker(worker, worker_job, worker_settings());
  } catch (const std::exception& exception) {
    // The coordinator waits for this worker's answers, and would do so for ever.
    job.end_job(failure_of(exception).sentence);
  }
  thread.join();
  if (failure) std::rethrow_exception(failure);
  return reason;
}

/// Error text of a file that could not be read or written; empty if there is none.
std::string unsaved(const Scheduler& scheduler) {
  for (const StageStatus& status : scheduler.status()) {
    if (status.result.end == study::StageOutcome::unsaved) return status.result.summary;
  }
  return "";
}

ExitCode outcome(const Scheduler& scheduler, StopReason reason) {
  const bool is_complete = scheduler.finished() && scheduler.count(StageState::interrupted) == 0 &&
                           scheduler.count(StageState::waiting) == 0;
  const bool is_unwritable = reason == StopReason::unwritable || !unsaved(scheduler).empty();
  if (!is_complete && is_unwritable) return ExitCode::input_output;
  if (!is_complete && reason == StopReason::requeue) return ExitCode::requeue;
  if (!is_complete && reason != StopReason::failed) return ExitCode::interrupted;
  return trials_failed(scheduler) > 0 ? ExitCode::some_failed : ExitCode::done;
}

void log_stopped(const Scheduler& scheduler, ExitCode code) {
  log_info(fmt::format("stopped: {}; {}run the same command again to resume", outcome_text(scheduler),
                       code == ExitCode::requeue ? "put the job back into the queue, or " : ""));
}

/// Merges the results and logs the outcome. Merging reads every result completely, unlike the check before the
/// sweep, unless all have the checksums of the last merge: a damaged one is renamed and counts as failed. Returns
/// the number of damaged trials.
int merge_and_log(const SweepJob& job, const Scheduler& scheduler, double seconds) {
  const results::MergeSummary merged = results::merge_results(job.out);
  for (const std::string& remark : merged.remarks) log_warning(remark);
  for (const std::string& id : merged.damaged) {
    const std::string aside = results::set_aside(job.out.result(id)).filename().string();
    log_warning(fmt::format("{}: set aside as {}; run the same command again", job.out.result(id).string(), aside));
  }
  const auto damaged = static_cast<int>(merged.damaged.size());
  const double busy = busy_share(scheduler, slot_count(job), seconds);
  log_info(fmt::format("{} in {}, {:.1f} % busy; results in {}", outcome_text(scheduler, damaged),
                       duration_text(seconds), 100 * busy, merged.file.string()));
  log_info(fmt::format("the table: m2m-report {}", shell_quoted(job.out.root.string())));
  return damaged;
}

}  // namespace

namespace {

/// Throws Error (input_output) if `needed` bytes are more than is free in a folder, which may not exist yet.
void check_space_in(const std::filesystem::path& folder, double needed) {
  std::filesystem::path existing = std::filesystem::absolute(folder);
  std::error_code failed;
  while (!std::filesystem::exists(existing, failed) && existing.has_relative_path())
    existing = existing.parent_path();
  const auto space = std::filesystem::space(existing, failed);
  if (failed || needed <= static_cast<double>(space.available)) return;
  constexpr double megabyte = 1e6;
  throw io_error(
      fmt::format("{}: the study leaves at least {:.1f} MB there, and {:.1f} MB are free; free space, or "
                  "name another folder with --out",
                  folder.string(), needed / megabyte, static_cast<double>(space.available) / megabyte));
}

}  // namespace

void check_free_space(const study::StageGraph& graph, const std::vector<bool>& exists,
                      const results::OutputFolder& out) {
  const std::vector<bool> to_run = study::stages_to_run(graph, exists);
  double trials = 0, stages = 0;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const study::Stage& stage = graph.stages[i];
    if (to_run[i]) (stage.kind == study::StageKind::trial ? trials : stages) += stage.disk;
  }
  const bool is_one_folder = out.shared_cache.empty();
  check_space_in(out.root, is_one_folder ? trials + stages : trials);
  if (!is_one_folder) check_space_in(out.cache(), stages);
}

void write_planned_trials(const study::Study& study, const study::StageGraph& graph,
                          const results::OutputFolder& out) {
  results::PlannedStudy planned{study.name, study.file, {}};
  for (const study::Stage& stage : graph.stages) {
    if (stage.kind == study::StageKind::trial) {
      planned.trials.push_back({stage.id, stage.label, stage.config});
    } else {
      planned.stages.push_back(
          {stage.id, study::to_text(stage.kind), stage.label + "  " + study::data_text(stage), stage.epochs});
    }
  }
  if (!out.shared_cache.empty()) planned.cache = std::filesystem::absolute(out.shared_cache).string();
  results::write_planned_study(out.study(), planned);
}

std::string host_text() { return "host " + host_name(); }

ExitCode lead_sweep(const SweepJob& job, comm::Mailbox& coordinator, comm::Mailbox& worker,
                    const WorkerJob& worker_job) {
  const auto clock = clock_from_now();
  Scheduler scheduler(job.graph, job.exists, {}, job.losses);
  const StopReason reason = run_all(job, scheduler, coordinator, worker, worker_job);
  const ExitCode code = outcome(scheduler, reason);
  if (code == ExitCode::done || code == ExitCode::some_failed) {
    return merge_and_log(job, scheduler, clock()) > 0 ? ExitCode::some_failed : code;
  }
  log_stopped(scheduler, code);
  const std::string sentence = unsaved(scheduler);
  if (!sentence.empty()) throw io_error(sentence);
  return code;
}

void follow_sweep(comm::Mailbox& worker, const WorkerJob& worker_job) {
  run_worker(worker, worker_job, worker_settings());
}

int group_count(int ranks, int ranks_per_trial) { return (ranks + ranks_per_trial - 1) / ranks_per_trial; }

}  // namespace m2m::sweep
