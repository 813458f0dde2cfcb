#include "study/part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <regex>

#include "core/error.hpp"

namespace m2m::study {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Leader of each stage: the first stage that it is connected to by needs.
std::vector<int> clusters(const StageGraph& graph) {
  std::vector<int> leader(graph.stages.size());
  std::iota(leader.begin(), leader.end(), 0);
  const auto find = [&leader](int stage) {
    while (leader[at(stage)] != stage) stage = leader[at(stage)];
    return stage;
  };
  for (int stage = 0; stage < graph.size(); ++stage) {
    for (const int needed : graph.needs[at(stage)]) {
      const int mine = find(stage), its = find(needed);
      leader[at(std::max(mine, its))] = std::min(mine, its);
    }
  }
  for (int stage = 0; stage < graph.size(); ++stage) leader[at(stage)] = find(stage);
  return leader;
}

/// Part of each cluster, at the position of its leader: the most expensive cluster first, each to the cheapest
/// part.
std::vector<int> shares(const StageGraph& graph, const std::vector<int>& cluster, int count) {
  std::vector<double> cost(graph.stages.size(), 0.0);
  for (int stage = 0; stage < graph.size(); ++stage) {
    cost[at(cluster[at(stage)])] += graph.stages[at(stage)].cost;
  }
  std::vector<int> order(graph.stages.size());
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](int stage) { return cluster[at(stage)] != stage; });
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return cost[at(a)] > cost[at(b)]; });
  std::vector<double> load(at(count), 0.0);
  std::vector<int> share(graph.stages.size(), 0);
  for (const int leader : order) {
    const auto cheapest = std::min_element(load.begin(), load.end());
    share[at(leader)] = static_cast<int>(cheapest - load.begin());
    *cheapest += cost[at(leader)];
  }
  return share;
}

}  // namespace

StudyPart parse_part(const std::string& text) {
  static const std::regex form(R"((\d{1,6})/(\d{1,6}))");
  std::smatch match;
  if (std::regex_match(text, match, form)) {
    const StudyPart part{std::stoi(match[1]), std::stoi(match[2])};
    if (part.number >= 1 && part.number <= part.of) return part;
  }
  throw usage_error(
      fmt::format("--part '{}' is not a part of a study; expected i/n with 1 <= i <= n, for example 2/4", text));
}

StageGraph select_part(const StageGraph& graph, const StudyPart& part) {
  const std::vector<int> cluster = clusters(graph);
  const std::vector<int> share = shares(graph, cluster, part.of);
  StageGraph kept;
  std::vector<int> position(graph.stages.size(), -1);
  for (int stage = 0; stage < graph.size(); ++stage) {
    if (share[at(cluster[at(stage)])] != part.number - 1) continue;
    position[at(stage)] = kept.size();
    std::vector<int> needs;
    for (const int needed : graph.needs[at(stage)]) {
      needs.push_back(position[at(needed)]);
      kept.dependents[at(position[at(needed)])].push_back(kept.size());
    }
    kept.stages.push_back(graph.stages[at(stage)]);
    kept.needs.push_back(needs);
    kept.dependents.emplace_back();
  }
  return kept;
}

std::filesystem::path part_folder(const std::filesystem::path& out, const StudyPart& part) {
  return out.string() + fmt::format(".{}-of-{}", part.number, part.of);
}

}  // namespace m2m::study
