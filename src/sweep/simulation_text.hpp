#pragma once
// Simulated sweeps as a table, as CSV for a Gantt chart, and as JSON.
#include <string>
#include <vector>

#include "sweep/simulation.hpp"

namespace m2m::sweep {

struct OrderedSimulation {
  StageOrder order;
  Simulation played;
};

/// One line for each, after a line of headings: ranks, order, makespan, speed-up, efficiency, idle share.
std::string simulation_table(const std::vector<OrderedSimulation>& simulations);

/// "id,label,kind,rank,start,end", a line for each stage that was run, in the graph's order; seconds. What holds
/// commas or quotes is quoted as RFC 4180 says.
std::string gantt_csv(const study::StageGraph& graph, const Simulation& played);

/// Everything, as an array: ranks, order, makespan, work and busy in seconds, efficiency, idle, speed_up, and the
/// stages as in gantt_csv.
Json simulation_json(const study::StageGraph& graph, const std::vector<OrderedSimulation>& simulations);

}  // namespace m2m::sweep
