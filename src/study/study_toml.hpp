#pragma once
// A study file as TOML has it: dotted keys, values, lines, in file order; nothing is known of fields yet.
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::study {

struct TomlEntry {
  std::string key;  // dotted: "m2m.beta", however the file nests it
  Json value;
  int line = 0;
};

struct TomlPoint {
  std::vector<TomlEntry> entries;
  int line = 0;
};

struct TomlStudy {
  std::vector<TomlEntry> settings;
  std::vector<TomlEntry> grid;
  std::vector<TomlPoint> points;
};

/// Throws Error (usage) with file and line: not TOML or not UTF-8, a key given twice, a date, a table where a value
/// is expected, a [grid] or [[point]] of another shape.
TomlStudy parse_toml(const std::string& text, const std::string& file);

}  // namespace m2m::study
