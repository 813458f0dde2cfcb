#pragma once
// What an output folder already holds.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "comm/messages/mailbox.hpp"
#include "core/error.hpp"
#include "results/folder_lock.hpp"
#include "results/output_folder.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"
#include "sweep/terminal.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {

/// Per stage whether its artifact is there and complete, at a quick look: a trial's result.h5; of a g or prefix
/// stage.json, and files of the size that this says. False everywhere where there is no such folder.
///
/// Local. Throws Error as damage_of_result does.
std::vector<bool> existing_stages(const study::StageGraph& graph, const results::OutputFolder& out);

/// What is wrong with the files of a finished trial that others begin from; the training side knows how to read
/// them.
using FindDamage =
    std::function<std::optional<results::Damage>(const study::Stage& trial, const results::OutputFolder& out)>;

/// Sets aside every artifact that is there and cannot be used, so that it is made anew, and logs a warning for
/// each: results that m2m-report could not read, and stages that are not complete. Of what stages to run need, g
/// and prefixes are compared with their checksums, and trials looked at with `find_damage`.
///
/// Returns what exists then. Local; the caller holds the lock of `out`, and a stage that another sweep holds is
/// left to that one. Throws Error as existing does, and WriteError.
std::vector<bool> set_aside_damaged(const study::StageGraph& graph, const results::OutputFolder& out,
                                    const FindDamage& find_damage);

// A sweep on all ranks: rank 0 leads it and works too, the others work.

struct SweepJob {
  const study::StageGraph& graph;
  std::vector<bool> exists;  // per stage, whether its artifact is there
  results::OutputFolder out;
  const results::FolderLock& lock;
  int ranks = 1;
  std::optional<TerminalSize> terminal;                               // nothing: plain lines
  std::optional<std::chrono::steady_clock::time_point> stop_at = {};  // nothing: there is time
  bool fail_fast = false;                                             // the first failure stops the sweep
  int ranks_per_trial = 1;                                            // the last group may be smaller
  int trials_per_device = 1;  // stages that each rank runs at once; more than one: ranks_per_trial is 1
};

/// Writes study.json: what the sweep plans to run. Throws Error (input_output).
void write_planned_trials(const study::Study& study, const study::StageGraph& graph,
                          const results::OutputFolder& out);

/// "host a17": where this process runs, for people.
std::string host_text();

/// On rank 0, while every other rank is in follow_sweep: writes study.json, runs what is missing with a coordinator
/// in a thread of its own and a worker in this one, merges the results and says how it went on standard error.
///
/// work: as every rank has it, with job.trials_per_device seats. The caller holds StopSignals. What these note on
/// any rank, `stop_at`, a file that cannot be written and a log without a reader stop all ranks at their next step.
/// Returns done, some_failed (also where a result turned out to be damaged), interrupted, requeue or input_output
/// (the log); the last three only where something is left to run, by what came first. Throws Error (input_output)
/// where a file cannot be written, whatever came first; all workers have then left.
ExitCode lead_sweep(const SweepJob& job, comm::Mailbox& coordinator, comm::Mailbox& worker,
                    const WorkerJob& worker_job);

/// On the other ranks: works until told to leave. The caller holds StopSignals.
void follow_sweep(comm::Mailbox& worker, const WorkerJob& worker_job);

/// How many groups that makes.
int group_count(int ranks, int ranks_per_trial);

}  // namespace m2m::sweep
