#include "study/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "core/control_groups.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "settings/table.hpp"

namespace m2m::study {
namespace {

bool is_in_a_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// True if a name ends before `position`: "train.lr_drops" does not mention "train.lr".
bool ends_a_name(const std::string& sentence, std::size_t position) {
  if (position >= sentence.size()) return true;
  if (sentence[position] == '.') return position + 1 >= sentence.size() || !is_in_a_name(sentence[position + 1]);
  return !is_in_a_name(sentence[position]);
}

bool mentions(const std::string& sentence, const std::string& name) {
  for (std::size_t at = sentence.find(name); at != std::string::npos; at = sentence.find(name, at + 1)) {
    const bool begins = at == 0 || (!is_in_a_name(sentence[at - 1]) && sentence[at - 1] != '.');
    if (begins && ends_a_name(sentence, at + name.size())) return true;
  }
  return false;
}

/// Location of an error: the line that sets the setting that the sentence begins with, or else another one that it
/// mentions.
std::string error_location(const Study& study, const StudyPoint& point, std::span<const settings::Setting> rows,
                           const std::string& sentence) {
  int line = -1;
  for (const settings::Setting& setting : rows) {
    const int candidate = line_that_sets(study, point, setting.name);
    if (candidate < 0 || !mentions(sentence, setting.name)) continue;
    const bool is_first = sentence.starts_with(setting.name) && ends_a_name(sentence, setting.name.size());
    if (is_first) return location(study, candidate);
    if (line < 0) line = candidate;
  }
  if (line < 0 && point.point >= 0) line = study.points[static_cast<std::size_t>(point.point)].line;
  return line < 0 ? study.file : location(study, line);
}

struct PlannedPoint {
  StudyPoint point;
  StageRequest request;        // with its id
  std::string data_and_seeds;  // canonical JSON of its settings of data and seeds
};

/// Values of all settings with a trait or the other.
std::string data_and_seeds(const Config& config) {
  Json values = settings::with_trait(config, &settings::Traits::data);
  values.update(settings::with_trait(config, &settings::Traits::seed));
  return canonical_json(values);
}

PlannedPoint plan_point(const Study& study, StudyPoint point, std::span<const settings::Setting> rows,
                        const ResolveFn& resolve, const PlanFn& plan) {
  try {
    StageRequest request = plan(resolve(point.given), point_label(point));
    add_id(request);
    std::string values = data_and_seeds(request.config);
    return {std::move(point), std::move(request), std::move(values)};
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    throw usage_error(fmt::format("{}: {}", error_location(study, point, rows, error.what()), error.what()));
  }
}

/// The settings that determine which files are read.
std::vector<std::string> file_settings(std::span<const settings::Setting> rows) {
  std::vector<std::string> names;
  for (const settings::Setting& setting : rows) {
    if (setting.traits.data && !setting.traits.cuts_data) names.push_back(setting.name);
  }
  return names;
}

/// The end of the points that follow `begin` and read the same files.
std::size_t end_of_data_set(const std::vector<StudyPoint>& points, std::size_t begin,
                            const std::vector<std::string>& file_settings) {
  const auto value = [](const StudyPoint& point, const std::string& name) -> const Json& {
    static const Json none;
    const auto found = point.given.json().find(name);
    return found == point.given.json().end() ? none : *found;
  };
  const auto reads_others = [&](const StudyPoint& point) {
    return std::any_of(file_settings.begin(), file_settings.end(),
                       [&](const std::string& name) { return value(point, name) != value(points[begin], name); });
  };
  const auto first = points.begin() + static_cast<std::ptrdiff_t>(begin);
  return static_cast<std::size_t>(std::find_if(first, points.end(), reads_others) - points.begin());
}

/// Threads to plan that many points with: starting one takes as long as planning a few points.
int planning_threads(std::size_t points, int cores) {
  constexpr std::size_t points_per_thread = 64;
  constexpr int max_threads = 16;
  return static_cast<int>(std::clamp<std::size_t>(points / points_per_thread, 1, std::min(cores, max_threads)));
}

/// Plans all points, those that read the same files at the same time: a planner keeps one data set in memory.
std::vector<PlannedPoint> plan_points(const Study& study, std::vector<StudyPoint> points,
                                      std::span<const settings::Setting> rows, const ResolveFn& resolve,
                                      const PlanFn& plan) {
  const std::vector<std::string> names = file_settings(rows);
  const int cores = usable_cores();
  std::vector<PlannedPoint> planned(points.size());
  for (std::size_t begin = 0, end = 0; begin < points.size(); begin = end) {
    end = end_of_data_set(points, begin, names);
    const auto plan_next = [&, begin](std::int64_t i) {
      const std::size_t at = begin + static_cast<std::size_t>(i);
      planned[at] = plan_point(study, std::move(points[at]), rows, resolve, plan);
    };
    parallel_for(static_cast<std::int64_t>(end - begin), planning_threads(end - begin, cores), plan_next);
  }
  return planned;
}

/// Settings that differ although the trial is the same: they do not act in it.
std::set<std::string> inactive_settings(const std::vector<PlannedPoint*>& same) {
  std::map<std::string, std::string> first;
  std::set<std::string> inactive;
  for (const PlannedPoint* planned : same) {
    for (const LabelPart& part : planned->point.parts) {
      const auto [seen, is_new] = first.emplace(part.setting, part.text);
      if (!is_new && seen->second != part.text) inactive.insert(part.setting);
    }
  }
  return inactive;
}

/// Gives the points of one trial the same label. Throws Error (usage) if they have two.
void unify_labels(const Study& study, const std::vector<PlannedPoint*>& same) {
  const std::set<std::string> inactive = inactive_settings(same);
  for (PlannedPoint* planned : same) {
    std::erase_if(planned->point.parts, [&](const LabelPart& part) { return inactive.contains(part.setting); });
    planned->request.label = point_label(planned->point);
  }
  const std::string& label = same.front()->request.label;
  for (const PlannedPoint* planned : same) {
    if (planned->request.label == label) continue;
    const int index = planned->point.point;
    throw usage_error(
        fmt::format("{}: '{}' and '{}' are the same trial {}: no setting that acts in it differs; keep one",
                    index < 0 ? study.file : location(study, study.points[static_cast<std::size_t>(index)].line),
                    label, planned->request.label, planned->request.id));
  }
}

/// Throws Error (usage) if two trials share label, data and seeds, and so the cell of a table.
void check_cells(const Study& study, const std::vector<PlannedPoint>& planned) {
  std::map<std::pair<std::string_view, std::string_view>, const PlannedPoint*> cells;
  for (const PlannedPoint& each : planned) {
    const auto [seen, is_new] = cells.emplace(
        std::pair(std::string_view(each.data_and_seeds), std::string_view(each.request.label)), &each);
    if (is_new || seen->second->request.id == each.request.id) continue;
    const int index = each.point.point;
    throw usage_error(
        fmt::format("{}: two different trials are labelled '{}' for the same data and seed; give one another label",
                    index < 0 ? study.file : location(study, study.points[static_cast<std::size_t>(index)].line),
                    each.request.label));
  }
}

/// Trials of one label, data and seeds.
using Cell = std::vector<const Stage*>;

std::map<std::pair<std::string, std::string>, Cell> cells_of(const StageGraph& graph) {
  std::map<std::pair<std::string, std::string>, Cell> cells;
  for (const Stage& stage : graph.stages) {
    if (stage.kind == StageKind::trial) cells[{stage.label, data_and_seeds(stage.config)}].push_back(&stage);
  }
  return cells;
}

/// The settings that do not act alike in all trials of a cell.
std::set<std::string> differing_settings(const Cell& cell, std::span<const settings::Setting> rows) {
  std::set<std::string> names;
  const Json first = settings::acting_settings(cell.front()->config, rows);
  for (const Stage* trial : cell) {
    for (const Json& change : Json::diff(first, settings::acting_settings(trial->config, rows))) {
      const auto path = change.at("path").get<std::string>();  // "/train.lr" or "/train.lr_drops/1"
      names.insert(path.substr(1, path.find('/', 1) - 1));
    }
  }
  return names;
}

/// The settings in which trials of one label, data and seeds differ, by label. Throws Error (usage) if they are of
/// two methods: then a label of the study is the name of the method that another trial starts from.
std::map<std::string, std::set<std::string>> differences(const Study& study, const StageGraph& graph,
                                                         std::span<const settings::Setting> rows) {
  std::map<std::string, std::set<std::string>> by_label;
  for (const auto& [key, cell] : cells_of(graph)) {
    if (cell.size() == 1) continue;
    const std::set<std::string> names = differing_settings(cell, rows);
    if (names.contains("method")) {
      throw usage_error(
          fmt::format("{}: a trial is labelled '{}', which names the trial that another one starts from; give it "
                      "another label",
                      study.file, key.first));
    }
    by_label[key.first].insert(names.begin(), names.end());
  }
  return by_label;
}

/// The short name of a setting, or the whole one if another of these settings shares the short one.
std::string label_name(const std::string& setting, const std::set<std::string>& settings) {
  const std::string name = short_name(setting);
  const auto shares = std::count_if(settings.begin(), settings.end(),
                                    [&](const std::string& other) { return short_name(other) == name; });
  return shares > 1 ? setting : name;
}

/// Writes the whole names of settings into the labels of a method that has two with the same short name, such as
/// train.weight_decay and second.weight_decay.
void write_whole_names(std::vector<PlannedPoint>& planned) {
  std::map<std::string, std::set<std::string>> by_base;
  for (const PlannedPoint& each : planned) {
    for (const LabelPart& part : each.point.parts) by_base[each.point.base].insert(part.setting);
  }
  for (PlannedPoint& each : planned) {
    for (LabelPart& part : each.point.parts) {
      const std::string value = part.text.substr(part.text.find('='));
      part.text = label_name(part.setting, by_base.at(each.point.base)) + value;
    }
    each.request.label = point_label(each.point);
  }
}

/// Base trials are labelled by their method. Those that the study does not list, and that share a cell of a table
/// with others, get the settings in which they differ into their labels, as points do.
void tell_bases_apart(const Study& study, StageGraph& graph, std::span<const settings::Setting> rows,
                      const std::set<std::string>& points) {
  const auto is_base = [&](const Stage& s) { return s.kind == StageKind::trial && !points.contains(s.id); };
  if (std::none_of(graph.stages.begin(), graph.stages.end(), is_base)) return;
  const auto by_label = differences(study, graph, rows);
  for (Stage& stage : graph.stages) {
    const auto found = by_label.find(stage.label);
    if (found == by_label.end() || !is_base(stage)) continue;
    const Json acting = settings::acting_settings(stage.config, rows);
    for (const std::string& name : found->second) {
      if (!acting.contains(name)) continue;
      stage.label += fmt::format(", {}={}", label_name(name, found->second), value_text(acting.at(name)));
    }
  }
}

}  // namespace

StageGraph plan_study(const Study& study, std::span<const settings::Setting> rows, const ResolveFn& resolve,
                      const PlanFn& plan) {
  std::vector<PlannedPoint> planned = plan_points(study, expand(study), rows, resolve, plan);
  std::map<std::string, std::vector<PlannedPoint*>> by_id;
  for (PlannedPoint& each : planned) by_id[each.request.id].push_back(&each);
  for (const auto& [id, same] : by_id) unify_labels(study, same);
  write_whole_names(planned);
  check_cells(study, planned);
  std::set<std::string> points;
  std::vector<StageRequest> requests;
  requests.reserve(planned.size());
  for (PlannedPoint& each : planned) {
    points.insert(each.request.id);
    requests.push_back(std::move(each.request));
  }
  StageGraph graph = make_graph(std::move(requests));
  tell_bases_apart(study, graph, rows, points);
  return graph;
}

}  // namespace m2m::study
