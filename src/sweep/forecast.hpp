#pragma once
// How long a sweep will take: before it begins, and while it runs.
#include <optional>

#include "sweep/scheduler.hpp"

namespace m2m::sweep {

/// Ranks are here places where a stage runs; where a rank runs several at once, it counts as many times, as if they
/// did not slow each other down.
struct Forecast {
  double work = 0;  // seconds of one rank, all stages to run together
  double wall = 0;  // seconds with the ranks at hand
  double busy = 0;  // share of the ranks' time spent in stages, in [0, 1]
};

/// Plays the sweep through with the scheduler and the stages' estimated costs. ranks >= 1.
Forecast forecast(const study::StageGraph& graph, const std::vector<bool>& exists, int ranks);

/// Seconds left, from the speed measured so far against the estimated costs: the larger of the work left shared
/// among the ranks and the longest chain left. Nothing before the first epoch of the first stage.
std::optional<double> seconds_left(const Scheduler& scheduler, int ranks, double now);

/// The share of the ranks' time spent in stages between time 0 and `now`, in [0, 1].
double busy_share(const Scheduler& scheduler, int ranks, double now);

}  // namespace m2m::sweep
