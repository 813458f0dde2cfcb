#include "study/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"

namespace m2m::study {
namespace {

constexpr std::uint64_t count_limit = 1'000'000'000'000'000'000;

std::uint64_t saturating_product(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > count_limit / b ? count_limit : a * b;
}

/// Axes that a point with these settings is crossed with: those that it does not set.
std::vector<const Axis*> open_axes(const Study& study, const GivenValues& values) {
  std::vector<const Axis*> open;
  for (const Axis& axis : study.grid) {
    if (!values.contains(axis.name)) open.push_back(&axis);
  }
  return open;
}

std::uint64_t product(const std::vector<const Axis*>& axes) {
  std::uint64_t count = 1;
  for (const Axis* axis : axes) count = saturating_product(count, axis->values.size());
  return count;
}

bool is_method(const std::string& setting) { return setting == settings::name_of(&settings::Recipe::method); }

bool has_grid_points(const Study& study) {
  return study.fixed.contains(settings::name_of(&settings::Recipe::method)) ||
         std::any_of(study.grid.begin(), study.grid.end(), [](const Axis& a) { return is_method(a.name); });
}

bool varies(const Axis& axis) {
  return std::any_of(axis.values.begin(), axis.values.end(),
                     [&](const Json& v) { return v != axis.values.front(); });
}

/// True if the setting is not part of a label: tables have columns for data, and average over seeds.
bool has_own_column(const std::string& setting) {
  return settings::has_trait(setting, &settings::Traits::seed) ||
         settings::has_trait(setting, &settings::Traits::data);
}

LabelPart label_part(const std::string& setting, const Json& value) {
  return {setting, fmt::format("{}={}", setting.substr(setting.rfind('.') + 1), value_text(value))};
}

/// A point without the values of the axes that it is crossed with.
struct PointTemplate {
  GivenValues values;
  std::string label;
  int point;
};

StudyPoint base_point(const Study& study, const PointTemplate& point_template) {
  StudyPoint point;
  point.point = point_template.point;
  point.named = !point_template.label.empty();
  point.base = point_template.label;
  for (const auto& [name, setting] : study.fixed) point.given.set(name, setting.value);
  for (const auto& [name, setting] : point_template.values) {
    point.given.set(name, setting.value);
    if (!point.named && !is_method(name) && !has_own_column(name)) {
      point.parts.push_back(label_part(name, setting.value));
    }
  }
  return point;
}

void add_axis_value(StudyPoint& point, const Axis& axis, const Json& value) {
  point.given.set(axis.name, value);
  const bool is_base = is_method(axis.name) && !point.named;
  if (varies(axis) && !is_base && !has_own_column(axis.name)) point.parts.push_back(label_part(axis.name, value));
}

void expand_template(const Study& study, const PointTemplate& point_template, std::vector<StudyPoint>& points) {
  const std::vector<const Axis*> axes = open_axes(study, point_template.values);
  const StudyPoint base = base_point(study, point_template);
  const std::uint64_t count = product(axes);
  for (std::uint64_t index = 0; index < count; ++index) {
    StudyPoint point = base;
    std::uint64_t stride = count;
    for (const Axis* axis : axes) {
      stride /= axis->values.size();
      add_axis_value(point, *axis, axis->values[index / stride % axis->values.size()]);
    }
    const auto method = settings::find_value(point.given, &settings::Recipe::method);
    if (!point.named && method) point.base = *method;
    points.push_back(std::move(point));
  }
}

}  // namespace

std::string point_label(const StudyPoint& point) {
  std::string label = point.base;
  for (const LabelPart& part : point.parts) label += ", " + part.text;
  return label;
}

std::uint64_t count_points(const Study& study) {
  std::uint64_t count = has_grid_points(study) ? product(open_axes(study, {})) : 0;
  for (const NamedPoint& point : study.points) {
    count = std::min(count + product(open_axes(study, point.settings)), count_limit);
  }
  return count;
}

std::vector<StudyPoint> expand(const Study& study) {
  const std::uint64_t count = count_points(study);
  if (count == 0) {
    throw usage_error(fmt::format(
        "{}: the study has no trials; give it a method, at the top, on the [grid] or in a [[point]]", study.file));
  }
  if (count > max_points) {
    const std::string number =
        count >= count_limit ? "10^18 or more" : group_digits(static_cast<std::uintmax_t>(count));
    throw usage_error(fmt::format("{}: {} points are more than 100,000; shorten the [grid]", study.file, number));
  }
  std::vector<StudyPoint> points;
  points.reserve(count);
  if (has_grid_points(study)) expand_template(study, {{}, "", -1}, points);
  for (std::size_t i = 0; i < study.points.size(); ++i) {
    expand_template(study, {study.points[i].settings, study.points[i].label, static_cast<int>(i)}, points);
  }
  return points;
}

int line_that_sets(const Study& study, const StudyPoint& point, const std::string& setting) {
  if (point.point >= 0) {
    const GivenValues& values = study.points[static_cast<std::size_t>(point.point)].settings;
    if (const auto found = values.find(setting); found != values.end()) return found->second.line;
  }
  for (const Axis& axis : study.grid) {
    if (axis.name == setting) return axis.line;
  }
  const auto fixed = study.fixed.find(setting);
  return fixed == study.fixed.end() ? -1 : fixed->second.line;
}

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
  StageRequest request;
  std::string id;
};

PlannedPoint plan_point(const Study& study, const StudyPoint& point, std::span<const settings::Setting> rows,
                        const ResolveFn& resolve, const PlanFn& plan) {
  try {
    StageRequest request = plan(resolve(point.given), point_label(point));
    std::string id = stage_id(request.identity);
    return {point, std::move(request), std::move(id)};
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    throw usage_error(fmt::format("{}: {}", error_location(study, point, rows, error.what()), error.what()));
  }
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
                    label, planned->request.label, planned->id));
  }
}

/// Key of a cell of a table: data, seeds and label.
std::string cell_key(const StageRequest& request) {
  Json key = settings::with_trait(request.config, &settings::Traits::data);
  key.update(settings::with_trait(request.config, &settings::Traits::seed));
  key["label"] = request.label;
  return canonical_json(key);
}

void check_cells(const Study& study, const std::vector<PlannedPoint>& planned) {
  std::map<std::string, const PlannedPoint*> cells;
  for (const PlannedPoint& each : planned) {
    const auto [seen, is_new] = cells.emplace(cell_key(each.request), &each);
    if (is_new || seen->second->id == each.id) continue;
    const int index = each.point.point;
    throw usage_error(
        fmt::format("{}: two different trials are labelled '{}' for the same data and seed; give one another label",
                    index < 0 ? study.file : location(study, study.points[static_cast<std::size_t>(index)].line),
                    each.request.label));
  }
}

}  // namespace

StageGraph plan_study(const Study& study, std::span<const settings::Setting> rows, const ResolveFn& resolve,
                      const PlanFn& plan) {
  std::vector<PlannedPoint> planned;
  for (const StudyPoint& point : expand(study)) planned.push_back(plan_point(study, point, rows, resolve, plan));
  std::map<std::string, std::vector<PlannedPoint*>> by_id;
  for (PlannedPoint& each : planned) by_id[each.id].push_back(&each);
  for (const auto& [id, same] : by_id) unify_labels(study, same);
  check_cells(study, planned);
  std::vector<StageRequest> requests;
  for (PlannedPoint& each : planned) requests.push_back(std::move(each.request));
  return make_graph(std::move(requests));
}

}  // namespace m2m::study
