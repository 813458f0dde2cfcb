#include "study/graph.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/hash.hpp"
#include "study/stage.hpp"

namespace m2m::study {

std::string stage_id(const Json& identity) { return sha256_hex(canonical_json(identity)).substr(0, 16); }

const std::string& add_id(StageRequest& request) {
  if (request.id.empty()) request.id = stage_id(request.identity);
  return request.id;
}

const std::string* Stage::need(StageKind wanted) const {
  const auto found =
      std::find_if(needs.begin(), needs.end(), [wanted](const StageNeed& need) { return need.kind == wanted; });
  return found == needs.end() ? nullptr : &found->id;
}

namespace {

class Builder {
 public:
  int add(StageRequest request) {
    const std::string& id = add_id(request);
    if (const auto known = positions_.find(id); known != positions_.end()) {
      if (graph_.stages[static_cast<std::size_t>(known->second)].kind != request.kind) {
        throw internal_error("stage " + id + " is requested as two kinds of stage");
      }
      return known->second;
    }
    std::vector<int> needs;
    for (StageRequest& needed : request.needs) needs.push_back(add(std::move(needed)));
    return append(std::move(request), std::move(needs));
  }

  /// Adds a point of the study. Its label replaces the label that the trial has as the base of another trial.
  void add_wanted(StageRequest request) {
    const std::string label = request.label;
    const int position = add(std::move(request));
    if (wanted_.insert(position).second) graph_.stages[static_cast<std::size_t>(position)].label = label;
  }

  StageGraph take() { return std::move(graph_); }

 private:
  int append(StageRequest request, std::vector<int> needs) {
    Stage stage{request.id,
                request.kind,
                std::move(request.label),
                std::move(request.config),
                std::move(request.identity),
                request.epochs,
                request.cost,
                request.memory,
                {},
                request.disk};
    const int position = graph_.size();
    for (const int needed : needs) {
      const Stage& other = graph_.stages[static_cast<std::size_t>(needed)];
      stage.needs.push_back({other.kind, other.id});
      graph_.dependents[static_cast<std::size_t>(needed)].push_back(position);
    }
    graph_.stages.push_back(std::move(stage));
    graph_.needs.push_back(std::move(needs));
    graph_.dependents.emplace_back();
    positions_.emplace(std::move(request.id), position);
    return position;
  }

  StageGraph graph_;
  std::set<int> wanted_;
  std::unordered_map<std::string, int> positions_;
};

/// Marks the stages to keep: all but the prefixes that a single trial would use.
std::vector<bool> stages_to_keep(const StageGraph& graph, const std::vector<bool>& exists) {
  std::vector<bool> stays(graph.stages.size(), true);
  for (std::size_t i = 0; i < stays.size(); ++i) {
    const auto& dependents = graph.dependents[i];
    const auto to_run = std::count_if(dependents.begin(), dependents.end(),
                                      [&](int dependent) { return !exists[static_cast<std::size_t>(dependent)]; });
    stays[i] = graph.stages[i].kind != StageKind::prefix || exists[i] || to_run > 1;
  }
  return stays;
}

}  // namespace

StageGraph make_graph(std::vector<StageRequest> requests) {
  Builder builder;
  for (StageRequest& request : requests) builder.add_wanted(std::move(request));
  return builder.take();
}

StageGraph without_unshared_prefixes(StageGraph graph, const std::vector<bool>& exists) {
  const std::vector<bool> stays = stages_to_keep(graph, exists);
  std::vector<int> position(graph.stages.size(), -1);
  StageGraph kept;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (!stays[i]) continue;
    Stage stage = std::move(graph.stages[i]);
    std::vector<int> needs;
    stage.needs.clear();
    position[i] = kept.size();
    for (const int needed : graph.needs[i]) {
      if (const int at = position[static_cast<std::size_t>(needed)]; at >= 0) {
        const Stage& other = kept.stages[static_cast<std::size_t>(at)];
        needs.push_back(at);
        stage.needs.push_back({other.kind, other.id});
        kept.dependents[static_cast<std::size_t>(at)].push_back(kept.size());
      } else {
        const Stage& dropped = graph.stages[static_cast<std::size_t>(needed)];
        stage.cost += dropped.cost;
        stage.epochs += dropped.epochs;
      }
    }
    kept.stages.push_back(std::move(stage));
    kept.needs.push_back(std::move(needs));
    kept.dependents.emplace_back();
  }
  return kept;
}

int count(const StageGraph& graph, StageKind kind) {
  return static_cast<int>(std::count_if(graph.stages.begin(), graph.stages.end(),
                                        [kind](const Stage& stage) { return stage.kind == kind; }));
}

std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run) {
  std::vector<double> costs(graph.stages.size());
  std::transform(graph.stages.begin(), graph.stages.end(), costs.begin(), [](const Stage& s) { return s.cost; });
  return critical_paths(graph, to_run, costs);
}

std::vector<double> critical_paths(const StageGraph& graph, const std::vector<bool>& to_run,
                                   const std::vector<double>& costs) {
  std::vector<double> paths(graph.stages.size(), 0.0);
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    if (!to_run[i]) continue;
    for (const int dependent : graph.dependents[i])
      paths[i] = std::max(paths[i], paths[static_cast<std::size_t>(dependent)]);
    paths[i] += costs[i];
  }
  return paths;
}

std::vector<bool> stages_to_run(const StageGraph& graph, const std::vector<bool>& exists) {
  std::vector<bool> to_run(graph.stages.size(), false);
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    const bool is_wanted = graph.stages[i].kind == StageKind::trial ||
                           std::any_of(graph.dependents[i].begin(), graph.dependents[i].end(),
                                       [&](int dependent) { return to_run[static_cast<std::size_t>(dependent)]; });
    to_run[i] = is_wanted && !exists[i];
  }
  return to_run;
}

}  // namespace m2m::study
