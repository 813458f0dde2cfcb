// Axes of a study, and settings of data or of the command line, that act in none of its trials.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "settings/table.hpp"
#include "study/plan.hpp"

namespace m2m::study {
namespace {

/// Number of different values of an axis.
std::size_t different_values(const Axis& axis) {
  std::vector<Json> values = axis.values;
  std::sort(values.begin(), values.end());
  return static_cast<std::size_t>(std::unique(values.begin(), values.end()) - values.begin());
}

/// True if no trial is left of the points with other values than the first one: each is the same trial as a point
/// before it.
bool is_idle(const Axis& axis, const StageGraph& graph) {
  const auto is_of_later_value = [&](const Stage& stage) {
    const auto found = stage.config.json().find(axis.name);
    return stage.kind == StageKind::trial && found != stage.config.json().end() && *found != axis.values.front() &&
           std::find(axis.values.begin(), axis.values.end(), *found) != axis.values.end();
  };
  return std::none_of(graph.stages.begin(), graph.stages.end(), is_of_later_value);
}

/// True if a trial or a network that it needs is trained with the setting.
bool acts_somewhere(const settings::Setting& row, const StageGraph& graph) {
  return std::any_of(graph.stages.begin(), graph.stages.end(),
                     [&](const Stage& stage) { return settings::may_act(row, stage.config); });
}

/// "it acts if recipe.loss = 'focal'". A condition that no row can say, or that holds although the setting does not
/// act, is in the help of the setting.
std::string when_it_acts(const settings::Setting& row, const StageGraph& graph) {
  if (row.traits.provenance) return "it is not part of what a trial is";
  const settings::Condition& condition = row.acts_if;
  const bool holds = std::any_of(graph.stages.begin(), graph.stages.end(), [&](const Stage& stage) {
    return stage.kind == StageKind::trial && settings::holds(condition, stage.config);
  });
  if (holds) return fmt::format("what it does: {}", row.help);
  return fmt::format("it acts if {} = '{}'", condition.setting, fmt::join(condition.values, "' or '"));
}

}  // namespace

std::vector<std::string> idle_settings(const Study& study, const StageGraph& graph,
                                       std::span<const settings::Setting> rows) {
  std::vector<std::string> remarks;
  for (const Axis& axis : study.grid) {
    const std::size_t values = different_values(axis);
    if (values < 2 || !is_idle(axis, graph)) continue;
    const std::string place = location(study, axis.line);
    remarks.push_back(fmt::format("{}: {} acts in no trial of the study, and its {} values are one; {}", place,
                                  axis.name, values, when_it_acts(known_setting(rows, axis.name, place), graph)));
  }
  for (const auto& [name, given] : study.fixed) {
    const std::string place = location(study, given.line);
    const settings::Setting& row = known_setting(rows, name, place);
    // A file may set what some of its methods use; data settings are for all of them.
    const bool may_be_idle = row.traits.provenance || (given.line > 0 && !row.traits.data);
    if (may_be_idle || acts_somewhere(row, graph)) continue;
    remarks.push_back(
        fmt::format("{}: {} acts in no trial of the study; {}", place, name, when_it_acts(row, graph)));
  }
  return remarks;
}

}  // namespace m2m::study
