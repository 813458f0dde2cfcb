#pragma once
// A sweep on all ranks: what exists, what is damaged, and the run. Rank 0 hosts the coordinator; all ranks work.
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "comm/messages/mailbox.hpp"
#include "core/error.hpp"
#include "results/folder_lock.hpp"
#include "results/merged_files.hpp"
#include "results/output_folder.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"
#include "sweep/terminal.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {

/// True if the artifact of a stage exists and is complete, by a quick check: result.h5 of a trial; stage.json of a
/// g or prefix, and the sizes of its files. Opens a file.
///
/// checker: of `out`. Local. Throws Error as results::damage_of_result does.
bool stage_exists(const study::Stage& stage, const results::OutputFolder& out,
                  const results::ResultChecker& checker);

/// stage_exists of each stage of a graph.
std::vector<bool> existing_stages(const study::StageGraph& graph, const results::OutputFolder& out);

/// Finds damage in the files of a finished trial that is the base of another. Passed in, because the checkpoints
/// are read by another module.
using FindDamage =
    std::function<std::optional<results::Damage>(const study::Stage& trial, const results::OutputFolder& out)>;

/// Renames every damaged artifact, so that it is made again, and logs a warning for each: results that m2m-report
/// could not read, and incomplete stages. What stages to run need is checked further: g and prefixes by their
/// checksums, trials by `find_damage`.
///
/// Returns the marks of what exists then. The caller holds the lock of `out`; a stage that another sweep has locked
/// is left alone. Local. Throws Error as existing_stages does, and WriteError.
std::vector<bool> set_aside_damaged(const study::StageGraph& graph, const results::OutputFolder& out,
                                    const FindDamage& find_damage);

/// Removes files that killed processes have not finished: in the output folder, and in those of trials to run.
/// Those of a shared stage are removed by whoever builds it. The caller holds the lock of `out`.
void remove_unfinished(const study::StageGraph& graph, const std::vector<bool>& exists,
                       const results::OutputFolder& out);

/// Throws Error (input_output) if the stages to run leave more than is free in the folders of trials and of stages,
/// before anything is trained. What they leave is known from below, so a sweep may still end for lack of space.
void check_free_space(const study::StageGraph& graph, const std::vector<bool>& exists,
                      const results::OutputFolder& out);

/// A sweep that is ready to run.
struct SweepJob {
  const study::StageGraph& graph;
  std::vector<bool> exists;  // exists[i]: the artifact of stage i exists
  results::OutputFolder out;
  const results::FolderLock& lock;
  int ranks = 1;
  std::optional<TerminalSize> terminal;                               // nothing: plain lines
  std::optional<std::chrono::steady_clock::time_point> stop_at = {};  // nothing: no time limit
  bool fail_fast = false;                                             // the first failure stops the sweep
  int ranks_per_trial = 1;                                            // the last group may be smaller
  int trials_per_device = 1;                      // worker slots of a rank; if more than one, ranks_per_trial is 1
  std::map<int, study::StageResult> losses = {};  // known_losses()
  double stall_timeout = 0;                       // seconds; 0: stalls are not watched for
  std::function<void(const std::string& sentence)> end_job = {};  // after a stall: says why and ends all processes
};

/// Writes the planned trials and stages to study.json. Throws Error (input_output).
void write_planned_trials(const study::Study& study, const study::StageGraph& graph,
                          const results::OutputFolder& out);

/// Text of the host of this process for the log: "host a17".
std::string host_text();

/// Runs the sweep on rank 0, while every other rank is in follow_sweep: the coordinator in a thread of its own, a
/// worker in this one. Then merges the results and logs the outcome on standard error.
///
/// worker_job: the same on every rank, with job.trials_per_device slots. The caller holds StopSignals. A signal on
/// any rank, `stop_at`, a file that cannot be written and a log without a reader stop all ranks at their next step.
///
/// Returns done, some_failed (also if a result is damaged), interrupted, requeue or input_output (the log). The
/// last three are returned only if stages are left to run, by the first reason. Throws Error (input_output) if a
/// file cannot be written, whatever the first reason was, after all workers have ended.
ExitCode lead_sweep(const SweepJob& job, comm::Mailbox& coordinator, comm::Mailbox& worker,
                    const WorkerJob& worker_job);

/// Runs the worker on all other ranks until Shutdown. The caller holds StopSignals.
void follow_sweep(comm::Mailbox& worker, const WorkerJob& worker_job);

/// Number of groups; the last one may be smaller.
int group_count(int ranks, int ranks_per_trial);

}  // namespace m2m::sweep
