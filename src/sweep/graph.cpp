#include "sweep/graph.hpp"

#include <algorithm>
#include <unordered_map>

namespace m2m {
namespace {

class Builder {
 public:
  int add(const StageRequest& request) {
    const std::string id = stage_id(request.identity);
    if (const auto known = positions_.find(id); known != positions_.end()) {
      if (graph_.stages[static_cast<std::size_t>(known->second)].kind != request.kind) {
        throw internal_error("stage " + id + " is asked for as a g and as a trial");
      }
      return known->second;
    }
    std::vector<int> needs;
    for (const StageRequest& needed : request.needs) needs.push_back(add(needed));
    return append(id, request, needs);
  }

  StageGraph take() { return std::move(graph_); }

 private:
  int append(const std::string& id, const StageRequest& request, const std::vector<int>& needs) {
    Stage stage{id, request.kind, request.label, request.config, request.identity, request.epochs, request.cost,
                {}};
    const int position = graph_.size();
    for (const int needed : needs) {
      stage.needs.push_back(graph_.stages[static_cast<std::size_t>(needed)].id);
      graph_.users[static_cast<std::size_t>(needed)].push_back(position);
    }
    graph_.stages.push_back(std::move(stage));
    graph_.needs.push_back(needs);
    graph_.users.emplace_back();
    positions_.emplace(id, position);
    return position;
  }

  StageGraph graph_;
  std::unordered_map<std::string, int> positions_;
};

}  // namespace

StageGraph make_graph(const std::vector<StageRequest>& requests) {
  Builder builder;
  for (const StageRequest& request : requests) builder.add(request);
  return builder.take();
}

int count(const StageGraph& graph, StageKind kind) {
  return static_cast<int>(std::count_if(graph.stages.begin(), graph.stages.end(),
                                        [kind](const Stage& stage) { return stage.kind == kind; }));
}

std::vector<double> paths_to_the_end(const StageGraph& graph, const std::vector<bool>& to_run) {
  std::vector<double> paths(graph.stages.size(), 0.0);
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    if (!to_run[i]) continue;
    for (const int user : graph.users[i]) paths[i] = std::max(paths[i], paths[static_cast<std::size_t>(user)]);
    paths[i] += graph.stages[i].cost;
  }
  return paths;
}

std::vector<bool> missing(const StageGraph& graph, const std::vector<bool>& exists) {
  std::vector<bool> to_run(graph.stages.size(), false);
  for (std::size_t i = graph.stages.size(); i-- > 0;) {
    const bool is_wanted = graph.stages[i].kind == StageKind::trial ||
                           std::any_of(graph.users[i].begin(), graph.users[i].end(),
                                       [&](int user) { return to_run[static_cast<std::size_t>(user)]; });
    to_run[i] = is_wanted && !exists[i];
  }
  return to_run;
}

}  // namespace m2m
