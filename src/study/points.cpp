// The points of a study: its grid and its [[point]] tables, expanded.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "study/plan.hpp"

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
  return {setting, fmt::format("{}={}", short_name(setting), value_text(value))};
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

std::string short_name(const std::string& setting) { return setting.substr(setting.rfind('.') + 1); }

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

}  // namespace m2m::study
