#include "sweep/cost_model.hpp"

#include <bit>

#include "settings/recipe.hpp"

namespace m2m::sweep {
namespace {

std::string class_of(const study::Stage& stage) {
  const std::string method = settings::find_value(stage.config, &settings::Recipe::method).value_or("");
  return std::to_string(static_cast<int>(stage.kind)) + " " + (stage.kind == study::StageKind::trial ? method : "");
}

}  // namespace

bool CostModel::learn(int stage, double seconds) {
  const study::Stage& ended = graph_.stages[static_cast<std::size_t>(stage)];
  if (ended.cost <= 0) return false;
  Known& known = known_[class_of(ended)];
  known.measured += seconds;
  known.estimated += ended.cost;
  return std::has_single_bit(static_cast<unsigned>(++known.stages));
}

std::vector<double> CostModel::seconds() const {
  Known all;
  for (const auto& [name, known] : known_) {
    all.measured += known.measured;
    all.estimated += known.estimated;
  }
  std::vector<double> seconds;
  seconds.reserve(graph_.stages.size());
  for (const study::Stage& stage : graph_.stages) {
    const auto found = known_.find(class_of(stage));
    const Known& known = found == known_.end() ? all : found->second;
    seconds.push_back(known.estimated > 0 ? stage.cost * known.measured / known.estimated : stage.cost);
  }
  return seconds;
}

}  // namespace m2m::sweep
