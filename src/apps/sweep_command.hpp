#pragma once
// The program m2m-sweep, with the training functions passed in.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/rank_groups.hpp"
#include "apps/sweep_arguments.hpp"
#include "apps/training.hpp"
#include "comm/messages/session.hpp"
#include "results/folder_lock.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"
#include "sweep/dry_run.hpp"

namespace m2m::apps {

/// Runs m2m-sweep on a rank. Returns the exit code of the process: on rank 0 that of the sweep, on the others 0, so
/// that the shell gets one code. Collective over the job.
int sweep_main(int argc, char** argv, const TrainingBackend& training);

/// A study, planned for a job.
struct PlannedSweep {
  study::Study study;
  results::OutputFolder out;  // of the study, or of one part
  study::StageGraph graph;    // without the prefixes that only one trial would use
  int ranks_per_trial = 1;
};

/// Plans the study of `arguments` for a job of `ranks` ranks. Reads data and looks for results; writes nothing.
/// Throws Error, usage or bad_data, if the command line or the study is invalid.
PlannedSweep plan_sweep(const SweepArguments& arguments, int ranks, const TrainingBackend& training);

/// Settings of the texts about the cost of a planned sweep. Pure.
sweep::DryRunSettings dry_run_settings(const PlannedSweep& planned, const SweepArguments& arguments, int ranks,
                                       const TrainingBackend& training);

/// True unless the command line only asks for an answer: --help, --dry-run, any verb but run. Pure.
bool runs_stages(const SweepArguments& arguments);

using PrintFn = std::function<void(const std::string& text)>;

/// Answers a command line that runs no stage: calls `print` last, before the plan is freed. status --watch prints
/// all answers but the last itself. ranks: of the job. Throws Error as plan_sweep() and the functions below do.
void answer(const SweepArguments& arguments, int ranks, const TrainingBackend& training, const PrintFn& print);

/// A sweep that is checked and planned, with the lock of its output folder.
struct PreparedSweep {
  study::StageGraph graph;
  std::vector<bool> exists;                  // exists[i]: the artifact of stage i exists
  std::map<int, study::StageResult> losses;  // of earlier runs, not tried again
  std::unique_ptr<results::FolderLock> lock;
  JobSettings job_settings;
  std::optional<std::chrono::steady_clock::time_point> stop_at;  // nothing: no time limit
  bool fail_fast = false;
};

/// Prepares a sweep: locks its folder, renames damaged artifacts and writes study.json. Rank 0 only; the caller
/// holds StopSignals.
///
/// started: start of the program. Throws Error: usage or bad_data if the command line or the study is invalid, held
/// if another sweep has the folder, interrupted or requeue if a signal came during the wait for it, input_output.
PreparedSweep prepare_sweep(const SweepArguments& arguments, const comm::Session& session,
                            const TrainingBackend& training, std::chrono::steady_clock::time_point started);

/// Checks the precisions of the stages to run. Throws Error (usage) if several stages run at once and only some
/// compute in tf32, because libtorch has one such switch for a process (see allow_tf32). Pure.
void check_precisions(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists);

/// Advice to choose another precision, if the study does not set train.precision and stages to run may train in
/// float32 on a GPU; empty otherwise. gpus: of this host. Pure.
std::string precision_advice(const study::Study& study, const study::StageGraph& graph,
                             const std::vector<bool>& exists, int gpus);

/// Describes the setting or method `subject`; if it is empty, lists all settings, a line each, and the names of the
/// methods. Throws Error (usage), with the nearest name, if there is no such setting or method.
std::string describe(const TrainingBackend& training, const std::string& subject);

/// Simulates the study of `arguments`, from an empty output folder, and returns a table or JSON. Writes only the
/// file of --gantt. Throws Error as read_given_study and read_durations do.
std::string simulate_command(const SweepArguments& arguments, const TrainingBackend& training);

}  // namespace m2m::apps
