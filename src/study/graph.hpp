#pragma once
// The graph of a study: its stages and trials, each once, and which need which.
#include <string>
#include <vector>

#include "study/stage.hpp"

namespace m2m::study {

struct StageGraph {
  std::vector<Stage> stages;            // what is needed stands before who needs it
  std::vector<std::vector<int>> needs;  // positions in `stages`
  std::vector<std::vector<int>> dependents;

  int size() const { return static_cast<int>(stages.size()); }
};

/// Requests with equal identities become one stage, named by the first of those in `requests` itself. Throws Error
/// (internal) where equal identities ask for different kinds.
StageGraph make_graph(const std::vector<StageRequest>& requests);

/// The graph without the prefixes that only one trial to run would use and that do not exist: that trial trains
/// these epochs itself, at the prefix's cost. exists[i]: stage i's artifact is there.
StageGraph without_unshared_prefixes(const StageGraph& graph, const std::vector<bool>& exists);

/// How many stages of that kind.
int count(const StageGraph& graph, StageKind kind);

/// Per stage, the cost of the dearest chain from its start to the end of the sweep; chains lead only through stages
/// marked in `to_run`, and a stage not marked has 0.
std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run);
/// The same with other costs than the graph's, by stage.
std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run,
                                   const std::vector<double>& costs);

/// Which stages are to be run where `exists` says what is there: the missing trials, and the missing stages they
/// need.
std::vector<bool> stages_to_run(const StageGraph& graph, const std::vector<bool>& exists);

}  // namespace m2m::study
