#pragma once
// A study: the settings of a TOML file and of the command line, checked against the table of settings, not yet
// expanded.
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "settings/setting.hpp"

namespace m2m::study {

/// A value and the line of the study file it comes from; line 0: the command line.
struct GivenValue {
  Json value;
  int line = 0;
};
using GivenValues = std::map<std::string, GivenValue>;

/// A setting with several values.
struct Axis {
  std::string name;
  std::vector<Json> values;  // at least one
  int line = 0;
};

/// A [[point]] of the study file.
struct NamedPoint {
  std::string label;  // empty: the label is made from its settings
  GivenValues settings;
  int line = 0;
};

struct Study {
  std::string name;  // also the name of the output folder below results/
  std::string file;
  GivenValues fixed;
  std::vector<Axis> grid;  // in file order
  std::vector<NamedPoint> points;
};

/// The place, in error messages, of a setting of the command line.
inline constexpr const char* command_line_place = "command line";

/// Location of a setting for error messages: "file:line" or command_line_place.
std::string location(const Study& study, int line);

/// Reads a study file.
///
/// Throws Error (usage), "file:line: what is wrong, what to do", if the file is missing (names the nearest one of
/// jobs/), is not TOML or not UTF-8, or has an unknown key (names the nearest one), a key given twice, a wrong type
/// or an invalid value.
Study read_study_file(const std::filesystem::path& file, std::span<const settings::Setting> rows);

/// Parses the text of a study file; `file` is its name in messages. Throws as read_study_file.
Study parse_study(const std::string& text, const std::string& file, std::span<const settings::Setting> rows);

/// Applies "key=value" from the command line.
///
/// A value fixes the setting and removes its axis; "key=a,b,c" makes an axis. A list of numbers contains commas and
/// is one value. `method` removes the [[point]] tables of other methods. Any other setting that a [[point]] sets is
/// refused, because the label of the point would no longer be true. Throws Error (usage), "command line: ...".
void apply_override(Study& study, const std::string& assignment, std::span<const settings::Setting> rows);

/// Row of the setting `name`. Throws Error (usage) if there is none: "PLACE: unknown key 'm2m.lamda'; did you mean
/// 'm2m.lambda'?".
const settings::Setting& known_setting(std::span<const settings::Setting> rows, const std::string& name,
                                       const std::string& place);

/// Checks a value as settings::checked_value does, and puts `place` in front of its errors.
Json checked_at(const settings::Setting& setting, const Json& value, const std::string& place);

}  // namespace m2m::study
