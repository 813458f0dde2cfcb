#pragma once
// The graph of a study: every stage once, with the stages that it needs; and titles of stages for logs and tables.
#include <string>
#include <vector>

#include "study/stage.hpp"

namespace m2m::study {

struct StageGraph {
  std::vector<Stage> stages;                 // in topological order: a stage follows the stages that it needs
  std::vector<std::vector<int>> needs;       // needs[i]: positions in `stages` of what stage i needs
  std::vector<std::vector<int>> dependents;  // dependents[i]: positions in `stages` of the stages that need stage i

  int size() const { return static_cast<int>(stages.size()); }
};

/// Builds the graph; requests with equal identities become one stage, with the label of the first of them in
/// `requests`. Throws Error (internal) if equal identities ask for different kinds.
StageGraph make_graph(std::vector<StageRequest> requests);

/// Removes the prefixes that do not exist and that only one trial to run would use: this trial trains their epochs
/// itself, and their cost is added to its own. exists[i]: the artifact of stage i exists. Pure.
StageGraph without_unshared_prefixes(StageGraph graph, const std::vector<bool>& exists);

/// Number of stages of that kind.
int count(const StageGraph& graph, StageKind kind);

/// Cost of the critical path of each stage, from its start to the end of the sweep, in seconds on one rank. Paths
/// lead only through stages marked in `to_run`; any other stage has 0. Pure.
std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run);
/// Cost of the critical path of each stage, with costs[i] as the cost of stage i. Pure.
std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run,
                                   const std::vector<double>& costs);

/// Marks the stages to run: the trials that do not exist, and the stages that they need and that do not exist.
/// Pure.
std::vector<bool> stages_to_run(const StageGraph& graph, const std::vector<bool>& exists);

/// Abbreviates an id to its first 8 digits, enough to find its folder.
std::string short_id(const std::string& id);

/// Gives "g", "prefix" or "trial".
const char* to_text(StageKind kind);

/// Gives "trial" for a trial, "stage" for a g or a prefix.
const char* trial_or_stage(StageKind kind);

/// Titles of all stages: label, the data settings in which the stages of the study differ, and seed: "M2m ratio=10
/// seed=3".
std::vector<std::string> titles(const StageGraph& graph);

/// Text of the data and the seed of a stage: "cifar10 rho=100 seed=3".
std::string data_text(const Stage& stage);

}  // namespace m2m::study
