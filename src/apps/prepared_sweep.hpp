#pragma once
// From a command line to a sweep that is ready to run.
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "apps/rank_groups.hpp"
#include "apps/training.hpp"
#include "comm/messages/session.hpp"
#include "results/folder_lock.hpp"
#include "study/graph.hpp"

namespace m2m::apps {

/// Checked, planned, its folder held.
struct PreparedSweep {
  study::StageGraph graph;
  std::vector<bool> exists;  // per stage, whether its artifact is there
  std::unique_ptr<results::FolderLock> lock;
  SweepOrder order;
  std::optional<std::chrono::steady_clock::time_point> stop_at;  // nothing: there is time
  bool fail_fast = false;
};

/// Answers on standard output, where that is all that is asked for (then nothing comes back); else makes the sweep
/// ready, sets aside what is damaged, and writes what it plans. Rank 0 only, the caller holding StopSignals.
///
/// started: when the program was. Throws Error: usage or bad_data where something asked for cannot be, held where
/// another sweep has the folder, interrupted or requeue where a signal came while it waited, input_output.
std::optional<PreparedSweep> prepare_sweep(int argc, char** argv, const comm::MpiSession& session,
                                           const Training& training, std::chrono::steady_clock::time_point started);

}  // namespace m2m::apps
