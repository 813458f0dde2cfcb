// What m2m-sweep describe and m2m-sweep simulate print.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "apps/sweep_command.hpp"
#include "apps/sweep_options.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "settings/setting.hpp"
#include "sweep/costs.hpp"
#include "sweep/simulation.hpp"

namespace m2m::apps {

using settings::SettingType;

namespace {

const char* type_word(SettingType type) {
  switch (type) {
    case SettingType::flag:
      return "true/false";
    case SettingType::integer:
      return "integer";
    case SettingType::number:
      return "number";
    case SettingType::text:
      return "text";
    case SettingType::numbers:
      return "numbers";
  }
  return "";
}

std::string default_text(const settings::Setting& setting) {
  if (setting.default_value.is_null()) return "-";
  if (setting.default_value.is_string()) return fmt::format("'{}'", setting.default_value.get<std::string>());
  return value_text(setting.default_value);
}

std::string bounds_text(const settings::Setting& setting) {
  if (setting.type == SettingType::text || setting.type == SettingType::flag) return "";
  if (std::isfinite(setting.min) && std::isfinite(setting.max)) {
    return fmt::format("from {:.10g} to {:.10g}", setting.min, setting.max);
  }
  if (std::isfinite(setting.min)) return fmt::format("at least {:.10g}", setting.min);
  return std::isfinite(setting.max) ? fmt::format("at most {:.10g}", setting.max) : "";
}

/// Formats rows in columns, each as wide as its widest cell; the last one is not padded.
std::string columns(const std::vector<std::array<std::string, 5>>& rows) {
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) text += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += row.back() + "\n";
  }
  return text;
}

std::string list_settings(const TrainingBackend& training) {
  std::vector<std::array<std::string, 5>> rows = {{"setting", "type", "default", "unit", "meaning"}};
  for (const settings::Setting& setting : training.settings) {
    rows.push_back({setting.name, type_word(setting.type), default_text(setting), setting.unit, setting.help});
  }
  return columns(rows) + fmt::format("\n'-': none, derived from other settings, or required.\nmethods: {}\n",
                                     fmt::join(training.method_names, ", "));
}

std::string describe_setting(const settings::Setting& setting) {
  std::string text = fmt::format(
      "{}: {}\n  type: {}\n  default: {}\n", setting.name, setting.help, type_word(setting.type),
      setting.default_value.is_null() ? "none, derived from other settings, or required" : default_text(setting));
  if (!setting.unit.empty()) text += fmt::format("  unit: {}\n", setting.unit);
  if (!setting.choices.empty()) text += fmt::format("  one of: {}\n", fmt::join(setting.choices, ", "));
  if (const std::string bounds = bounds_text(setting); !bounds.empty())
    text += fmt::format("  bounds: {}\n", bounds);
  if (!setting.acts_if.setting.empty()) {
    text +=
        fmt::format("  acts only with {} = {}\n", setting.acts_if.setting, fmt::join(setting.acts_if.values, ", "));
  }
  return text + (!setting.traits.provenance ? "  part of a trial's id if it acts\n"
                                            : "  recorded, but not part of a trial's id\n");
}

std::string to_lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// Settings with `part` as their first or last part, at most 5: "train", "epochs".
std::vector<std::string> settings_with_part(const std::vector<settings::Setting>& all, const std::string& part) {
  constexpr std::size_t max_named = 5;
  std::vector<std::string> names;
  for (const settings::Setting& setting : all) {
    const bool has_part = setting.name.starts_with(part + ".") || setting.name.ends_with("." + part);
    if (has_part && names.size() < max_named) names.push_back(setting.name);
  }
  return names;
}

}  // namespace

std::string describe(const TrainingBackend& training, const std::string& subject) {
  if (subject.empty()) return list_settings(training);
  if (const settings::Setting* setting = settings::find_setting(training.settings, subject))
    return describe_setting(*setting);
  std::vector<std::string> names = training.method_names;
  if (std::count(names.begin(), names.end(), subject) > 0) return training.describe_method(subject);
  for (const settings::Setting& setting : training.settings) names.push_back(setting.name);
  std::vector<std::string> meant;
  for (const std::string& method : training.method_names) {
    if (to_lower(method) == to_lower(subject)) meant.push_back(method);
  }
  if (meant.empty()) meant = settings_with_part(training.settings, subject);
  if (meant.empty()) meant.push_back(nearest_name(names, subject));
  throw usage_error(
      fmt::format("no setting or method '{}'; {}", subject,
                  did_you_mean(fmt::format("{}", fmt::join(meant, "' or '")), "'m2m-sweep describe' lists all")));
}

namespace {

study::StageGraph plan(const study::Study& study, int ranks_per_trial, const TrainingBackend& training) {
  study::StageGraph graph =
      study::plan_study(study, training.settings, training.resolve, training.planner(ranks_per_trial));
  for (const std::string& remark : study::idle_settings(study, graph, training.settings)) log_warning(remark);
  const std::vector<bool> nothing(graph.stages.size(), false);
  return study::without_unshared_prefixes(std::move(graph), nothing);
}

std::string heading(const study::Study& study, const study::StageGraph& graph, const SweepArguments& arguments,
                    const sweep::Durations& durations) {
  const int trials = study::count(graph, study::StageKind::trial);
  std::string text = fmt::format("{}: {}, {}; ", study.name, count_text(trials, "trial"),
                                 count_text(graph.size() - trials, "stage"));
  if (arguments.simulate.durations.empty()) {
    text += "estimated costs (a rough model)\n";
  } else {
    text += fmt::format("{} of {} times from {}, the others estimated, times {:.3g}\n", durations.measured,
                        graph.size(), arguments.simulate.durations.string(), durations.ratio);
  }
  if (arguments.ranks_per_trial > 1) {
    text +=
        fmt::format("groups of {} ranks, assumed to be {:.3g} times as fast as one\n", arguments.ranks_per_trial,
                    1 + sweep::gain_per_further_rank * (arguments.ranks_per_trial - 1));
  }
  if (arguments.trials_per_device > 1) {
    text += fmt::format("{} trials at a time on each rank, assumed not to slow each other down\n",
                        arguments.trials_per_device);
  }
  return text;
}

std::vector<sweep::OrderedSimulation> simulate_all(const study::StageGraph& graph, const SweepArguments& arguments,
                                                   const std::vector<double>& seconds) {
  const std::vector<bool> nothing(graph.stages.size(), false);
  std::vector<sweep::OrderedSimulation> simulations;
  for (const int ranks : arguments.simulate.ranks) {
    const int slots = arguments.trials_per_device;
    const std::vector<int> groups = sweep::group_sizes(ranks * slots, arguments.ranks_per_trial);
    for (const sweep::StageOrder order : sweep::all_stage_orders) {
      simulations.push_back(
          {order, sweep::per_rank(sweep::simulate(graph, nothing, groups, seconds, order), slots)});
    }
  }
  return simulations;
}

}  // namespace

std::string simulate_command(const SweepArguments& arguments, const TrainingBackend& training) {
  const study::Study study = read_given_study(arguments.study, arguments.settings, training.settings);
  const study::StageGraph graph = plan(study, arguments.ranks_per_trial, training);
  const sweep::Durations durations = arguments.simulate.durations.empty()
                                         ? sweep::Durations{sweep::estimated_seconds(graph)}
                                         : sweep::read_durations(arguments.simulate.durations, graph);
  const std::vector<sweep::OrderedSimulation> simulations = simulate_all(graph, arguments, durations.seconds);
  if (!arguments.simulate.gantt.empty())
    write_file(arguments.simulate.gantt, sweep::gantt_csv(graph, simulations.front().result));
  if (!arguments.json) return heading(study, graph, arguments, durations) + sweep::simulation_table(simulations);
  return Json({{"study", study.name},
               {"ranks_per_trial", arguments.ranks_per_trial},
               {"trials_per_device", arguments.trials_per_device},
               {"measured", durations.measured},
               {"ratio", durations.ratio},
               {"simulations", sweep::simulation_json(graph, simulations)}})
             .dump(2) +
         "\n";
}

}  // namespace m2m::apps
