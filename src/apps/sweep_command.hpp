#pragma once
// The program m2m-sweep, given a training side.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/rank_groups.hpp"
#include "apps/training.hpp"
#include "comm/messages/session.hpp"
#include "results/folder_lock.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"

namespace m2m::apps {

/// All of main: every rank of the job calls it. Returns what the process is to exit with: rank 0 the exit code, the
/// others 0, so that one code reaches the shell.
int sweep_main(int argc, char** argv, const TrainingBackend& training);

// From a command line to a sweep that is ready to run.

/// Checked, planned, its folder held.
struct PreparedSweep {
  study::StageGraph graph;
  std::vector<bool> exists;  // per stage, whether its artifact is there
  std::unique_ptr<results::FolderLock> lock;
  JobSettings job_settings;
  std::optional<std::chrono::steady_clock::time_point> stop_at;  // nothing: there is time
  bool fail_fast = false;
};

/// Answers on standard output, where that is all that is asked for (then nothing comes back); else makes the sweep
/// ready, sets aside what is damaged, and writes what it plans. Rank 0 only, the caller holding StopSignals.
///
/// started: when the program was. Throws Error: usage or bad_data where something asked for cannot be, held where
/// another sweep has the folder, interrupted or requeue where a signal came while it waited, input_output.
std::optional<PreparedSweep> prepare_sweep(int argc, char** argv, const comm::Session& session,
                                           const TrainingBackend& training,
                                           std::chrono::steady_clock::time_point started);

// Precisions of a study's stages: which may run at once, and advice about them.

/// Throws Error (usage) if several stages run at once, and of those to run some compute in tf32 and others do not:
/// libtorch does one of the two in a process (see allow_tf32). Pure.
void check_precisions(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists);

/// Advises another precision if the study names none, so that stages are to run in float32, and they may run on
/// GPUs. Empty otherwise. gpus: of this host. Pure.
std::string precision_advice(const study::Study& study, const study::StageGraph& graph,
                             const std::vector<bool>& exists, int gpus);

}  // namespace m2m::apps
