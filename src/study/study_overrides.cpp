// Settings from the command line.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "settings/recipe.hpp"
#include "study/study.hpp"

namespace m2m::study {
namespace {

constexpr const char* command_line = "command line";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> items;
  std::size_t start = 0;
  for (std::size_t comma; (comma = text.find(',', start)) != std::string::npos; start = comma + 1) {
    items.push_back(text.substr(start, comma - start));
  }
  items.push_back(text.substr(start));
  return items;
}

Json value_of(const settings::Setting& field, const std::string& text) {
  try {
    return settings::parse_value(field, text);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", command_line, error.what()));
  }
}

std::vector<Json> values_of(const settings::Setting& field, const std::string& text) {
  if (field.type == settings::SettingType::numbers) return {value_of(field, text)};
  std::vector<Json> values;
  for (const std::string& item : split(text)) values.push_back(value_of(field, item));
  return values;
}

/// A field that the command line gives must not contradict a point's own.
void settle_points(Study& study, const std::string& name, const std::vector<Json>& values) {
  if (name == settings::name_of(&settings::Recipe::method)) {
    std::erase_if(study.points, [&](const NamedPoint& point) {
      const auto own = point.settings.find(name);
      return own != point.settings.end() && std::count(values.begin(), values.end(), own->second.value) == 0;
    });
    return;
  }
  for (const NamedPoint& point : study.points) {
    const auto own = point.settings.find(name);
    if (own == point.settings.end()) continue;
    throw usage_error(fmt::format("{}: {} is set by the [[point]] of {}:{} itself; change it there", command_line,
                                  name, study.file, own->second.line));
  }
}

}  // namespace

void apply_override(Study& study, const std::string& assignment, std::span<const settings::Setting> fields) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0 || !is_utf8(assignment)) {
    throw usage_error(fmt::format("{}: '{}' is no setting; write key=value", command_line,
                                  is_utf8(assignment) ? assignment : "(not UTF-8)"));
  }
  const std::string name = assignment.substr(0, equals);
  const settings::Setting& field = known_field(fields, name, command_line);
  const std::vector<Json> values = values_of(field, assignment.substr(equals + 1));
  settle_points(study, name, values);
  study.fixed.erase(name);
  const auto axis =
      std::find_if(study.grid.begin(), study.grid.end(), [&](const Axis& a) { return a.name == name; });
  if (values.size() == 1) {
    study.fixed[name] = {values.front(), 0};
    if (axis != study.grid.end()) study.grid.erase(axis);
  } else if (axis != study.grid.end()) {
    *axis = {name, values, 0};
  } else {
    study.grid.push_back({name, values, 0});
  }
}

}  // namespace m2m::study
