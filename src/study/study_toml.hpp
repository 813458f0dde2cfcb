#pragma once
// A study file as parsed TOML: dotted keys, values and line numbers in file order, not yet checked against the
// settings.
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

/// Parses the text of a study file; `file` is its name in messages. Throws Error (usage), with file and line, if
/// the text is not TOML or not UTF-8, or contains a key twice, a date, a table in place of a value, or a malformed
/// [grid] or [[point]].
TomlStudy parse_toml(const std::string& text, const std::string& file);

}  // namespace m2m::study
