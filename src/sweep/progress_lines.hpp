#pragma once
// The lines that tell how a sweep goes. Pure: from the scheduler's state to text.
#include <string>
#include <vector>

#include "sweep/scheduler.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// What the lines are made from; `titles` are those of wording.hpp.
struct SweepView {
  const Scheduler& scheduler;
  const std::vector<std::string>& titles;
  int slots = 1;              // how many stages run at once at most, on all ranks together
  int trials_per_device = 1;  // seats of a rank
};

/// "start   trial 09be.. M2m seed=3 on rank 0 (host a17), stages 4f1c.. reused"
std::string start_line(const SweepView& view, int stage, const std::string& host);
/// "running trial 09be.. M2m seed=3: epoch 171/200 val bACC 74.1 kept 31 % of 3,900 translations"
std::string running_line(const SweepView& view, int stage);
/// "done    trial 09be.. M2m seed=3: bACC 77.9 ... in 81 s   [32/96, left 1 h 11 min]", or why it did not get
/// there.
std::string end_line(const SweepView& view, int stage, double now);
/// "skipped trial 77d0.. M2m seed=3: the g 4f1c.. that it needs failed"
std::string blocked_line(const SweepView& view, int stage);

/// Why the sweep now stops, and what to do. `reason` is one.
std::string stopping_line(StopReason reason);

/// One line of the live block: " rank 0  M2m seed=3   epoch 171/200  val 74.1  kept 31 %  2.1 s/epoch  |###### |"
std::string live_line(const SweepView& view, int stage, std::size_t title_width);
/// " 31/96 done, 0 failed, 2 running   left 1 h 12 min   96.8 % busy"
std::string summary_line(const SweepView& view, double now);

/// "31 of 96 trials done, 2 failed": what it came to. damaged: of those that are there, how many cannot be read.
std::string outcome_text(const Scheduler& scheduler, int damaged = 0);
/// Trials that are there, and those that never will be for now.
int trials_done(const Scheduler& scheduler);
int trials_failed(const Scheduler& scheduler);

}  // namespace m2m::sweep
