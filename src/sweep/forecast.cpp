#include "sweep/forecast.hpp"

#include <algorithm>

#include "sweep/simulation.hpp"

namespace m2m::sweep {
namespace {

/// `epochs` as a share of those that the stage's cost is for, in [0, 1].
double share_of(int epochs, const study::Stage& stage, const study::Progress& progress) {
  const int all = stage.epochs > 0 ? stage.epochs : progress.epochs;
  return all > 0 ? std::clamp(static_cast<double>(epochs) / all, 0.0, 1.0) : 0;
}

/// The share of its cost that this run of a stage has worked off.
double fraction_done(const study::Stage& stage, const StageStatus& status) {
  if (status.state == StageState::done) return 1;
  if (status.state != StageState::running) return 0;
  return share_of(status.progress.epoch - status.progress.begun, stage, status.progress);
}

/// The share of its cost that is left; what a resumed stage brought along is not.
double fraction_left(const study::Stage& stage, const StageStatus& status) {
  if (status.state != StageState::running || status.progress.epochs == 0) return 1;
  return share_of(status.progress.epochs - status.progress.epoch, stage, status.progress);
}

/// Measured seconds per estimated second; nothing before anything was measured.
std::optional<double> measured_ratio(const Scheduler& scheduler, double now) {
  double measured = 0, estimated = 0;
  for (std::size_t i = 0; i < scheduler.status().size(); ++i) {
    const StageStatus& status = scheduler.status()[i];
    const double fraction = fraction_done(scheduler.graph().stages[i], status);
    if (fraction <= 0) continue;
    measured += status.state == StageState::done ? status.result.seconds : now - status.started;
    estimated += fraction * scheduler.graph().stages[i].cost;
  }
  return estimated > 0 ? std::optional(measured / estimated) : std::nullopt;
}

}  // namespace

Forecast forecast(const study::StageGraph& graph, const std::vector<bool>& exists, int ranks) {
  const Simulation played = simulate(graph, exists, single_ranks(ranks), modelled_seconds(graph));
  return {played.work, played.makespan, played.efficiency()};
}

std::optional<double> seconds_left(const Scheduler& scheduler, int ranks, double now) {
  const std::optional<double> ratio = measured_ratio(scheduler, now);
  if (!ratio) return std::nullopt;
  const study::StageGraph& graph = scheduler.graph();
  std::vector<double> chains(graph.stages.size(), 0.0);
  double work = 0, longest = 0;
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    const StageStatus& status = scheduler.status()[i];
    if (status.state != StageState::waiting && status.state != StageState::running) continue;
    const double left = fraction_left(graph.stages[i], status) * graph.stages[i].cost;
    for (const int user : graph.users[i]) chains[i] = std::max(chains[i], chains[static_cast<std::size_t>(user)]);
    chains[i] += left;
    longest = std::max(longest, chains[i]);
    work += left;
  }
  return *ratio * std::max(work / ranks, longest);
}

double busy_share(const Scheduler& scheduler, int ranks, double now) {
  double busy = scheduler.busy_seconds();
  for (const StageStatus& status : scheduler.status()) {
    if (status.state == StageState::running) busy += now - status.started;
  }
  return now > 0 ? std::clamp(busy / (now * ranks), 0.0, 1.0) : 0;
}

}  // namespace m2m::sweep
