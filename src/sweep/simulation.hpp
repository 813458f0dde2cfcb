#pragma once
// A sweep played through in virtual time: how long it would take with some number of ranks, and who would run what.
#include <string>
#include <vector>

#include "sweep/scheduler.hpp"

namespace m2m::sweep {

/// Which stage a free rank takes.
enum class StageOrder {
  longest_path,  // as a sweep does: the stage whose chain to the end costs the most
  random,        // any that can start, by a fixed seed
  fixed,         // no scheduler: trials are dealt to the ranks beforehand, round robin in the study's order
};
inline constexpr StageOrder all_stage_orders[] = {StageOrder::longest_path, StageOrder::random, StageOrder::fixed};

/// "longest path", "random", "static"
const char* to_text(StageOrder order);

/// Assumed of several ranks that train one trial: k of them take 1 / (1 + .9 (k - 1)) of one rank's time.
inline constexpr double gain_per_further_rank = 0.9;

/// Sizes of the groups that run stages: ranks / ranks_per_trial of ranks_per_trial, and a smaller one of the ranks
/// that are left over. Both >= 1.
std::vector<int> group_sizes(int ranks, int ranks_per_trial);

/// One group of one rank for each rank.
inline std::vector<int> single_ranks(int ranks) { return group_sizes(ranks, 1); }

/// Per stage its modelled seconds on one rank.
std::vector<double> estimated_seconds(const study::StageGraph& graph);

struct SimulatedStage {
  int rank = -1;     // the first rank of its group; -1: not run
  double start = 0;  // seconds since the sweep began
  double end = 0;
};

struct Simulation {
  int ranks = 0;
  double makespan = 0;                 // seconds from the start of the sweep to the end of its last stage
  double work = 0;                     // seconds that one rank would need for all stages that were run
  double busy = 0;                     // seconds that ranks spent in stages, all ranks (and their seats) together
  std::vector<SimulatedStage> stages;  // as in the graph
  int trials_per_device = 1;           // seats of a rank: how many stages it runs at once

  /// The share of the ranks' time spent in stages, in [0, 1]; 1 where there was nothing to do. A rank of a group
  /// counts as busy however little it gains.
  double efficiency() const { return makespan > 0 ? busy / (ranks * trials_per_device * makespan) : 1; }
  double idle() const { return 1 - efficiency(); }
  /// Against one rank, which is never idle.
  double speed_up() const { return makespan > 0 ? work / makespan : 1; }
};

/// Runs what is missing. groups: how many ranks each has; durations[i]: seconds that stage i takes one rank. The
/// scheduler itself knows the graph's costs only, as it does in a sweep. Every stage ends well, nothing but stages
/// takes time. Pure and deterministic.
Simulation simulate(const study::StageGraph& graph, const std::vector<bool>& exists, const std::vector<int>& groups,
                    const std::vector<double>& durations, StageOrder order = StageOrder::longest_path);

/// What was simulated with a group of one rank for each seat, as a simulation of ranks that have
/// `trials_per_device` seats each: seats stand rank by rank, and are assumed not to slow each other down.
Simulation per_rank(Simulation of_slots, int trials_per_device);

// Simulated sweeps as a table, as CSV for a Gantt chart, and as JSON.

struct OrderedSimulation {
  StageOrder order;
  Simulation result;
};

/// One line for each, after a line of headings: ranks, order, makespan, speed-up, efficiency, idle share.
std::string simulation_table(const std::vector<OrderedSimulation>& simulations);

/// "id,label,kind,rank,start,end", a line for each stage that was run, in the graph's order; seconds. What holds
/// commas or quotes is quoted as RFC 4180 says.
std::string gantt_csv(const study::StageGraph& graph, const Simulation& result);

/// Everything, as an array: ranks, order, makespan, work and busy in seconds, efficiency, idle, speed_up, and the
/// stages as in gantt_csv.
Json simulation_json(const study::StageGraph& graph, const std::vector<OrderedSimulation>& simulations);

}  // namespace m2m::sweep
