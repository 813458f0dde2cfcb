#include "sweep/simulation_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "study/wording.hpp"

namespace m2m::sweep {
namespace {

const char* kind_name(study::StageKind kind) {
  switch (kind) {
    case study::StageKind::g:
      return "g";
    case study::StageKind::prefix:
      return "prefix";
    case study::StageKind::trial:
      return "trial";
  }
  return "";
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

Json stages_json(const study::StageGraph& graph, const std::vector<std::string>& names, const Simulation& played) {
  Json stages = Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [rank, start, end] = played.stages[i];
    if (rank < 0) continue;
    stages.push_back({{"id", graph.stages[i].id},
                      {"label", names[i]},
                      {"kind", kind_name(graph.stages[i].kind)},
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
  for (const auto& [order, played] : simulations) {
    text += fmt::format("{:>8}  {:<12}  {:>12}  {:>9.1f}  {:>8.1f} %  {:>4.1f} %\n", group_digits(played.ranks),
                        order_name(order), duration_text(played.makespan), played.speed_up(),
                        100 * played.efficiency(), 100 * played.idle());
  }
  return text;
}

std::string gantt_csv(const study::StageGraph& graph, const Simulation& played) {
  const std::vector<std::string> names = study::titles(graph);
  std::string text = "id,label,kind,rank,start,end\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& [rank, start, end] = played.stages[i];
    if (rank < 0) continue;
    text += fmt::format("{},{},{},{},{},{}\n", graph.stages[i].id, quoted(names[i]),
                        kind_name(graph.stages[i].kind), rank, start, end);
  }
  return text;
}

Json simulation_json(const study::StageGraph& graph, const std::vector<OrderedSimulation>& simulations) {
  const std::vector<std::string> names = study::titles(graph);
  Json runs = Json::array();
  for (const auto& [order, played] : simulations) {
    runs.push_back({{"ranks", played.ranks},
                    {"order", order_name(order)},
                    {"makespan", played.makespan},
                    {"work", played.work},
                    {"busy", played.busy},
                    {"efficiency", played.efficiency()},
                    {"idle", played.idle()},
                    {"speed_up", played.speed_up()},
                    {"stages", stages_json(graph, names, played)}});
  }
  return runs;
}

}  // namespace m2m::sweep
