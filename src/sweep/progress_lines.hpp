#pragma once
// The lines of a sweep's log, made from the state of the scheduler. All functions are pure.
#include <string>
#include <vector>

#include "sweep/scheduler.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// What the lines are made from; `titles` as study::titles gives them.
struct SweepView {
  const Scheduler& scheduler;
  const std::vector<std::string>& titles;
  int slots = 1;              // worker slots of all ranks
  int trials_per_device = 1;  // worker slots of a rank
};

/// Line of a stage that starts: "start   trial 09be.. M2m seed=3 on rank 0 (host a17), stages 4f1c.. reused".
std::string start_line(const SweepView& view, int stage, const std::string& host);
/// Line of a running stage: "running trial 09be.. M2m seed=3: epoch 171/200 val bACC 74.1 kept 31 % of 3,900
/// translations".
std::string running_line(const SweepView& view, int stage);
/// Line of a stage that has ended: "done    trial 09be.. M2m seed=3: bACC 77.9 ... in 81 s   [32/96, left 1 h 11
/// min]", or why it failed or was stopped.
std::string end_line(const SweepView& view, int stage, double now);
/// Line of a blocked stage: "skipped trial 77d0.. M2m seed=3: the g 4f1c.. that it needs failed".
std::string blocked_line(const SweepView& view, int stage);

/// Line about the stop of the sweep: why, and what to do. `reason` is not none.
std::string stopping_line(StopReason reason);

/// Line of the block on a terminal: " rank 0  M2m seed=3   epoch 171/200  val 74.1  kept 31 %  2.1 s/epoch  |######
/// |".
std::string live_line(const SweepView& view, int stage, std::size_t title_width);
/// Last line of the block: " 31/96 done, 0 failed, 2 running   left 1 h 12 min   96.8 % busy".
std::string summary_line(const SweepView& view, double now);

/// Outcome of the sweep: "31 of 96 trials done, 2 failed". damaged: finished trials whose results cannot be read.
std::string outcome_text(const Scheduler& scheduler, int damaged = 0);
/// Number of trials that exist, and of those that failed, diverged or are blocked.
int trials_done(const Scheduler& scheduler);
int trials_failed(const Scheduler& scheduler);

}  // namespace m2m::sweep
