#pragma once
// Simulation of a sweep in virtual time: how long it takes with a number of ranks, and which rank runs which stage.
#include <string>
#include <vector>

#include "sweep/scheduler.hpp"

namespace m2m::sweep {

/// Order in which ranks take stages.
enum class StageOrder {
  longest_path,  // critical path first, as a sweep does
  random,        // any stage that can start, by a fixed seed
  fixed,         // no scheduler: trials are assigned to the ranks beforehand, round robin in the study's order
};
inline constexpr StageOrder all_stage_orders[] = {StageOrder::longest_path, StageOrder::random, StageOrder::fixed};

/// Gives "longest path", "random" or "static".
const char* to_text(StageOrder order);

/// Assumed gain of each further rank of a trial: k ranks take 1 / (1 + 0.9 (k - 1)) of the time of one rank.
inline constexpr double gain_per_further_rank = 0.9;

/// Sizes of the groups of ranks: ranks / ranks_per_trial groups of ranks_per_trial, and a smaller one of the
/// remaining ranks. Both >= 1.
std::vector<int> group_sizes(int ranks, int ranks_per_trial);

/// Sizes of the groups if each rank is a group: all 1.
inline std::vector<int> single_ranks(int ranks) { return group_sizes(ranks, 1); }

/// Estimated seconds of each stage on one rank.
std::vector<double> estimated_seconds(const study::StageGraph& graph);

/// When and where a stage was run.
struct SimulatedStage {
  int rank = -1;     // the first rank of its group; -1: not run
  double start = 0;  // seconds since the sweep began
  double end = 0;
};

/// Result of a simulation.
struct Simulation {
  int ranks = 0;
  double makespan = 0;                 // seconds from the start of the sweep to the end of its last stage
  double work = 0;                     // seconds that one rank would need for all stages that were run
  double busy = 0;                     // seconds spent in stages, summed over all worker slots
  std::vector<SimulatedStage> stages;  // as in the graph
  int trials_per_device = 1;           // worker slots of a rank

  /// Share of the ranks' time spent in stages, in [0, 1]; 1 if no stage was run. A rank of a group counts as busy
  /// however little it gains.
  double efficiency() const { return makespan > 0 ? busy / (ranks * trials_per_device * makespan) : 1; }
  double idle() const { return 1 - efficiency(); }
  /// Speed-up over one rank, which is never idle.
  double speed_up() const { return makespan > 0 ? work / makespan : 1; }
};

/// Simulates the run of the stages that do not exist. groups: number of ranks of each group. durations[i]: seconds
/// of stage i on one rank. The scheduler uses only the costs of the graph, as in a sweep. No stage fails, and
/// nothing but stages takes time. Pure. Deterministic.
Simulation simulate(const study::StageGraph& graph, const std::vector<bool>& exists, const std::vector<int>& groups,
                    const std::vector<double>& durations, StageOrder order = StageOrder::longest_path);

/// Converts a simulation with one rank for each worker slot to one of ranks with `trials_per_device` slots each.
/// Slots are ordered by rank, and are assumed not to slow each other down. Pure.
Simulation per_rank(Simulation of_slots, int trials_per_device);

/// A simulation with its order.
struct OrderedSimulation {
  StageOrder order;
  Simulation result;
};

/// Table with a line per simulation: ranks, order, makespan, speed-up, efficiency, idle share.
std::string simulation_table(const std::vector<OrderedSimulation>& simulations);

/// CSV of a Gantt chart: "id,label,kind,rank,start,end", and a line for each stage that was run, in the order of
/// the graph. Times in seconds; texts with commas or quotes are quoted as in RFC 4180.
std::string gantt_csv(const study::StageGraph& graph, const Simulation& result);

/// JSON array of the simulations: ranks, order, makespan, work and busy in seconds, efficiency, idle, speed_up, and
/// the stages as in gantt_csv.
Json simulation_json(const study::StageGraph& graph, const std::vector<OrderedSimulation>& simulations);

}  // namespace m2m::sweep
