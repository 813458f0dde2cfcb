#include "sweep/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

#include "core/philox.hpp"
#include "core/text.hpp"
#include "study/graph.hpp"

namespace m2m::sweep {
namespace {

std::size_t at(int position) { return static_cast<std::size_t>(position); }

/// A simulation in progress.
class Run {
 public:
  Run(const std::vector<int>& groups, const std::vector<double>& durations)
      : groups_(groups), durations_(durations), first_ranks_(groups.size(), 0) {
    std::exclusive_scan(groups.begin(), groups.end(), first_ranks_.begin(), 0);
    result_.ranks = std::accumulate(groups.begin(), groups.end(), 0);
    result_.stages.resize(durations.size());
  }

  /// Starts a stage on a group at `now`; returns the time of its end.
  double start(int stage, int group, double now) {
    const int ranks = groups_[at(group)];
    const double seconds = durations_[at(stage)] / (1 + gain_per_further_rank * (ranks - 1));
    result_.work += durations_[at(stage)];
    result_.busy += ranks * seconds;
    result_.makespan = std::max(result_.makespan, now + seconds);
    result_.stages[at(stage)] = {first_ranks_[at(group)], now, now + seconds};
    return now + seconds;
  }

  int groups() const { return static_cast<int>(groups_.size()); }
  double end_time(int stage) const { return result_.stages[at(stage)].end; }
  Simulation take() { return std::move(result_); }

 private:
  const std::vector<int>& groups_;
  const std::vector<double>& durations_;
  std::vector<int> first_ranks_;
  Simulation result_;
};

/// Runs the scheduler: reports the ends of stages in the order of time.
void simulate_scheduler(Scheduler& scheduler, Run& run) {
  using Ending = std::pair<double, int>;  // time, group
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> endings;
  for (int group = 0; group < run.groups(); ++group) scheduler.add_free_slot(group);
  for (double now = 0;;) {
    for (const auto& [group, stage] : scheduler.assign(now)) endings.emplace(run.start(stage, group, now), group);
    if (endings.empty()) return;
    const Ending next = endings.top();
    endings.pop();
    now = next.first;
    scheduler.finish(next.second, {}, now);
  }
}

/// Group of each stage to run: trials in turn, a stage that they need at its first dependent. -1: not run.
std::vector<int> assign_round_robin(const study::StageGraph& graph, const std::vector<bool>& to_run, int groups) {
  std::vector<int> owners(graph.stages.size(), -1);
  int trials = 0;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (to_run[i] && graph.stages[i].kind == study::StageKind::trial) owners[i] = trials++ % groups;
  }
  for (std::size_t i = owners.size(); i-- > 0;) {
    if (!to_run[i] || owners[i] >= 0) continue;
    const auto& dependents = graph.dependents[i];
    owners[i] = owners[at(
        *std::find_if(dependents.begin(), dependents.end(), [&](int dependent) { return to_run[at(dependent)]; }))];
  }
  return owners;
}

/// Runs the stages of each group in the order of the graph; a group waits for what its next stage needs.
void simulate_static(const study::StageGraph& graph, const std::vector<bool>& to_run, Run& run) {
  const std::vector<int> owners = assign_round_robin(graph, to_run, run.groups());
  std::vector<double> free_from(at(run.groups()), 0.0);
  for (int stage = 0; stage < graph.size(); ++stage) {
    if (!to_run[at(stage)]) continue;
    double& free = free_from[at(owners[at(stage)])];
    double begin = free;
    for (const int needed : graph.needs[at(stage)]) begin = std::max(begin, run.end_time(needed));
    free = run.start(stage, owners[at(stage)], begin);
  }
}

std::vector<double> random_priorities(int stages) {
  const auto order = permutation(stages, Stream({0, SeedRole::order}, Purpose::order));
  return {order.begin(), order.end()};
}

}  // namespace

const char* to_text(StageOrder order) {
  switch (order) {
    case StageOrder::longest_path:
      return "longest path";
    case StageOrder::random:
      return "random";
    case StageOrder::fixed:
      return "static";
  }
  return "";
}

std::vector<int> group_sizes(int ranks, int ranks_per_trial) {
  std::vector<int> sizes(at(ranks / ranks_per_trial), ranks_per_trial);
  if (ranks % ranks_per_trial != 0) sizes.push_back(ranks % ranks_per_trial);
  return sizes;
}

std::vector<double> estimated_seconds(const study::StageGraph& graph) {
  std::vector<double> seconds;
  for (const study::Stage& stage : graph.stages) seconds.push_back(stage.cost);
  return seconds;
}

Simulation simulate(const study::StageGraph& graph, const std::vector<bool>& exists, const std::vector<int>& groups,
                    const std::vector<double>& durations, StageOrder order) {
  Run run(groups, durations);
  if (order == StageOrder::fixed) {
    simulate_static(graph, study::stages_to_run(graph, exists), run);
  } else {
    const bool is_random = order == StageOrder::random;
    Scheduler scheduler(graph, exists, is_random ? random_priorities(graph.size()) : std::vector<double>{});
    simulate_scheduler(scheduler, run);
  }
  return run.take();
}

Simulation per_rank(Simulation of_slots, int trials_per_device) {
  of_slots.ranks /= trials_per_device;
  of_slots.trials_per_device = trials_per_device;
  for (SimulatedStage& stage : of_slots.stages) {
    if (stage.rank >= 0) stage.rank /= trials_per_device;
  }
  return of_slots;
}

namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

Json stages_json(const study::StageGraph& graph, const std::vector<std::string>& names, const Simulation& result) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [rank, start, end] = result.stages[i];
    if (rank < 0) continue;
    stages.push_back({{"id", graph.stages[i].id},
                      {"label", names[i]},
                      {"kind", to_text(graph.stages[i].kind)},
                      {"rank", rank},
                      {"start", start},
                      {"end", end}});
  }
  return stages;
}

}  // namespace

std::string simulation_table(const std::vector<OrderedSimulation>& simulations) {
  std::string text = fmt::format("{:>8}  {:<12}  {:>12}  {:>9}  {:>10}  {:>6}\n", "ranks", "order", "makespan",
                                 "speed-up", "efficiency", "idle");
  for (const auto& [order, result] : simulations) {
    text += fmt::format("{:>8}  {:<12}  {:>12}  {:>9.1f}  {:>8.1f} %  {:>4.1f} %\n", group_digits(result.ranks),
                        to_text(order), duration_text(result.makespan), result.speed_up(),
                        100 * result.efficiency(), 100 * result.idle());
  }
  return text;
}

std::string gantt_csv(const study::StageGraph& graph, const Simulation& result) {
  const std::vector<std::string> names = study::titles(graph);
  std::string text = "id,label,kind,rank,start,end\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [rank, start, end] = result.stages[i];
    if (rank < 0) continue;
    text += fmt::format("{},{},{},{},{},{}\n", graph.stages[i].id, quoted(names[i]), to_text(graph.stages[i].kind),
                        rank, start, end);
  }
  return text;
}

Json simulation_json(const study::StageGraph& graph, const std::vector<OrderedSimulation>& simulations) {
  const std::vector<std::string> names = study::titles(graph);
  Json runs = Json::array();
  for (const auto& [order, result] : simulations) {
    runs.push_back({{"ranks", result.ranks},
                    {"order", to_text(order)},
                    {"makespan", result.makespan},
                    {"work", result.work},
                    {"busy", result.busy},
                    {"efficiency", result.efficiency()},
                    {"idle", result.idle()},
                    {"speed_up", result.speed_up()},
                    {"stages", stages_json(graph, names, result)}});
  }
  return runs;
}

}  // namespace m2m::sweep
