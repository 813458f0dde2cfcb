#include "study/study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "settings/recipe.hpp"
#include "settings/setting.hpp"
#include "study/study_toml.hpp"

namespace m2m::study {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t max_study_bytes = 4 << 20;

[[noreturn]] void throw_missing(const fs::path& file) {
  fs::path nearest = nearest_entry(file, ".toml");
  if (nearest.empty()) nearest = nearest_entry("jobs" / file.filename(), ".toml");
  throw usage_error(
      fmt::format("{}: no such study; {}", file.string(),
                  did_you_mean(nearest.string(), "a study is a file like jobs/ablation_cifar10.toml")));
}

void check_is_study_file(const fs::path& file) {
  std::error_code failed;
  const fs::file_status status = fs::status(file, failed);
  if (!exists_or_throw(file)) throw_missing(file);
  if (fs::is_directory(status)) {
    throw usage_error(
        fmt::format("{}: this is a folder; a study is a file like jobs/ablation_cifar10.toml", file.string()));
  }
  if (fs::is_regular_file(status) && fs::file_size(file, failed) > max_study_bytes) {
    throw usage_error(fmt::format("{}: larger than 4 MiB, so it is not a study", file.string()));
  }
}

std::string parse_text(const TomlEntry& entry, const std::string& place) {
  if (!entry.value.is_string() || entry.value.get<std::string>().empty()) {
    throw usage_error(fmt::format("{}: {} = {}: expected a text with at least one character", place, entry.key,
                                  entry.value.dump()));
  }
  return entry.value.get<std::string>();
}

constexpr std::size_t longest_name = 100;

/// Turns `name` into a valid name of a study.
std::string plain_name(std::string name) {
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.'; };
  std::replace_if(name.begin(), name.end(), std::not_fn(is_plain), '_');
  if (name.empty() || name.front() == '.') name.insert(0, "_");
  return name.substr(0, longest_name);
}

void check_name(const std::string& name, const std::string& place) {
  const std::string plain = plain_name(name);
  if (name == plain) return;
  throw usage_error(fmt::format(
      "{}: name = '{}': expected up to {} letters, digits, '_', '-' and '.', not beginning with '.', because "
      "it names the output folder; set name = '{}'",
      place, name, longest_name, plain));
}

/// Checks a value outside of the [grid]. instead: advice for several values.
Json one_value(const settings::Setting& setting, const TomlEntry& entry, const std::string& place,
               const char* instead) {
  if (entry.value.is_array() && setting.type != settings::SettingType::numbers) {
    throw usage_error(
        fmt::format("{}: {} = {}: expected one value; {}", place, entry.key, entry.value.dump(), instead));
  }
  return checked_at(setting, entry.value, place);
}

std::string checked_label(const std::string& label, const std::string& place) {
  const bool printable =
      std::none_of(label.begin(), label.end(), [](unsigned char c) { return c < 32 || c == 127; });
  if (!printable || label.size() > 100) {
    throw usage_error(fmt::format("{}: a label is one line of at most 100 bytes", place));
  }
  return label;
}

Axis parse_axis(const TomlEntry& entry, std::span<const settings::Setting> rows, const std::string& place) {
  const settings::Setting& setting = known_setting(rows, entry.key, place);
  if (!entry.value.is_array()) {
    throw usage_error(
        fmt::format("{}: {} on the [grid] needs a list of values: [{}]", place, entry.key, entry.value.dump()));
  }
  if (entry.value.empty()) {
    throw usage_error(
        fmt::format("{}: {} has no values on the [grid], so there would be no trials", place, entry.key));
  }
  if (setting.type == settings::SettingType::numbers && !entry.value.front().is_array()) {
    throw usage_error(
        fmt::format("{}: {} on the [grid] needs a list of lists: [{}]", place, entry.key, entry.value.dump()));
  }
  Axis axis{entry.key, {}, entry.line};
  for (const Json& value : entry.value) axis.values.push_back(checked_at(setting, value, place));
  return axis;
}

NamedPoint parse_point(const TomlPoint& toml, const Study& study, std::span<const settings::Setting> rows) {
  NamedPoint point;
  point.line = toml.line;
  for (const TomlEntry& entry : toml.entries) {
    const std::string place = location(study, entry.line);
    if (entry.key == "label") {
      point.label = checked_label(parse_text(entry, place), place);
    } else {
      const settings::Setting& setting = known_setting(rows, entry.key, place);
      const Json value = one_value(setting, entry, place, "write a [[point]] for each");
      point.settings[entry.key] = {value, entry.line};
    }
  }
  return point;
}

void check_not_fixed(const Study& study, const Axis& axis) {
  const auto fixed = study.fixed.find(axis.name);
  if (fixed == study.fixed.end()) return;
  throw usage_error(fmt::format("{}: {} is on the [grid] and also set in line {}; keep one of them",
                                location(study, axis.line), axis.name, fixed->second.line));
}

}  // namespace

std::string location(const Study& study, int line) {
  return line > 0 ? fmt::format("{}:{}", study.file, line) : command_line_place;
}

Json checked_at(const settings::Setting& setting, const Json& value, const std::string& place) {
  try {
    return settings::checked_value(setting, value);
  } catch (const Error& error) {
    throw Error(error.code(), place + ": " + error.what());
  }
}

Study parse_study(const std::string& text, const std::string& file, std::span<const settings::Setting> rows) {
  const TomlStudy toml = parse_toml(text, file);
  Study study;
  study.file = file;
  study.name = fs::path(file).stem().string();
  for (const TomlEntry& entry : toml.settings) {
    const std::string place = location(study, entry.line);
    if (entry.key == "name") {
      study.name = parse_text(entry, place);
      check_name(study.name, place);
    } else {
      const settings::Setting& setting = known_setting(rows, entry.key, place);
      study.fixed[entry.key] = {one_value(setting, entry, place, "several belong on the [grid]"), entry.line};
    }
  }
  for (const TomlEntry& entry : toml.grid) {
    study.grid.push_back(parse_axis(entry, rows, location(study, entry.line)));
    check_not_fixed(study, study.grid.back());
  }
  for (const TomlPoint& point : toml.points) study.points.push_back(parse_point(point, study, rows));
  check_name(study.name, file);
  return study;
}

Study read_study_file(const fs::path& file, std::span<const settings::Setting> rows) {
  check_is_study_file(file);
  return parse_study(read_file(file), file.string(), rows);
}

namespace {

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> items;
  std::size_t start = 0;
  for (std::size_t comma; (comma = text.find(',', start)) != std::string::npos; start = comma + 1) {
    items.push_back(text.substr(start, comma - start));
  }
  items.push_back(text.substr(start));
  return items;
}

Json parse_override(const settings::Setting& setting, const std::string& text) {
  try {
    return settings::parse_value(setting, text);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", command_line_place, error.what()));
  }
}

std::vector<Json> parse_overrides(const settings::Setting& setting, const std::string& text) {
  if (setting.type == settings::SettingType::numbers) return {parse_override(setting, text)};
  std::vector<Json> values;
  for (const std::string& item : split(text)) values.push_back(parse_override(setting, item));
  return values;
}

/// Checks that the command line contradicts no [[point]]; for `method`, removes the [[point]] tables of other
/// methods.
void check_points(Study& study, const std::string& name, const std::vector<Json>& values) {
  if (name == settings::name_of(&settings::Recipe::method)) {
    std::erase_if(study.points, [&](const NamedPoint& point) {
      const auto found = point.settings.find(name);
      return found != point.settings.end() && std::count(values.begin(), values.end(), found->second.value) == 0;
    });
    return;
  }
  for (const NamedPoint& point : study.points) {
    const auto found = point.settings.find(name);
    if (found == point.settings.end()) continue;
    throw usage_error(fmt::format("{}: {} is set by the [[point]] of {}:{} itself; change it there",
                                  command_line_place, name, study.file, found->second.line));
  }
}

}  // namespace

void apply_override(Study& study, const std::string& assignment, std::span<const settings::Setting> rows) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0 || !is_utf8(assignment)) {
    throw usage_error(fmt::format("{}: '{}' is not a setting; write key=value without blanks", command_line_place,
                                  is_utf8(assignment) ? assignment : "(not UTF-8)"));
  }
  const std::string name = assignment.substr(0, equals);
  const settings::Setting& setting = known_setting(rows, name, command_line_place);
  const std::vector<Json> values = parse_overrides(setting, assignment.substr(equals + 1));
  check_points(study, name, values);
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
