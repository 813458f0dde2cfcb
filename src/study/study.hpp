#pragma once
// A study: what a TOML file and a command line ask for, checked against the fields, before anything is expanded.
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

/// A field and the values it takes in turn.
struct Axis {
  std::string name;
  std::vector<Json> values;  // at least one
  int line = 0;
};

/// A [[point]]: settings of its own beside the grid.
struct NamedPoint {
  std::string label;  // empty: made from its settings
  GivenValues settings;
  int line = 0;
};

struct Study {
  std::string name;  // also the output folder's, under results/
  std::string file;
  GivenValues fixed;
  std::vector<Axis> grid;  // in file order
  std::vector<NamedPoint> points;
};

/// "file:line" or "command line": where a setting comes from, for error messages.
std::string location(const Study& study, int line);

/// Reads a study file.
///
/// Throws Error (usage), "file:line: what is wrong, what to do": no such file (with the nearest one of jobs/), not
/// TOML, not UTF-8, an unknown key (with the nearest one), a key given twice, a wrong type, an impossible value.
Study read_study_file(const std::filesystem::path& file, std::span<const settings::Setting> rows);

/// The same from a text; `file` is what messages call it.
Study parse_study(const std::string& text, const std::string& file, std::span<const settings::Setting> rows);

/// Applies "key=value" from the command line.
///
/// A value fixes the field and takes it off the grid; "key=a,b,c" makes it an axis (a list of numbers has commas of
/// its own and is one value). `method` leaves out the points of other methods; another field that a point sets
/// itself is refused, for its label would no longer be true. Throws Error (usage), "command line: ...".
void apply_override(Study& study, const std::string& assignment, std::span<const settings::Setting> rows);

/// The field, or Error (usage) "PLACE: unknown key 'm2m.lamda'; did you mean 'm2m.lambda'?".
const settings::Setting& known_setting(std::span<const settings::Setting> rows, const std::string& name,
                                       const std::string& place);

/// checked_value with the place in front of what it says.
Json checked_at(const settings::Setting& setting, const Json& value, const std::string& place);

}  // namespace m2m::study
