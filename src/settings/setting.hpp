#pragma once
// A setting: a row of the table that drives parser, help, defaults, ids and HDF5 attributes.
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::settings {

enum class SettingType { flag, integer, number, text, numbers };

/// "flag", "integer", "number", "text", "numbers"
const char* to_text(SettingType type);

/// Holds if the text setting of that name has one of the values. Without a name it always holds.
struct Condition {
  std::string setting;
  std::vector<std::string> values;
};

/// What a row says of its setting besides the value. Whoever treats settings differently asks these, never names.
struct Traits {
  bool provenance = false;         // recorded, but never part of an id
  bool seed = false;               // sets random numbers, and nothing else
  bool data = false;               // decides what is trained and tested on
  bool cuts_data = false;          // decides how data are split, not which files are read
  bool acts_elsewhere = false;     // in a g or a file: its identity is part of the trial's, the setting is not
  bool acts_post_hoc = false;      // part of the id of a trial that trains nothing
  bool silent_at_default = false;  // left out of an id while it has its default: for settings that come later
};

struct Setting {
  std::string name;  // dotted: "m2m.beta"
  SettingType type = SettingType::text;
  Json default_value;                     // null: follows from other settings (see resolve), or has to be given
  std::string unit;                       // "epochs", "images", "" ...
  std::string help;                       // one sentence for people
  std::vector<std::string> choices = {};  // of a text; empty: any text
  double min = -std::numeric_limits<double>::infinity();  // of numbers and integers, inclusive
  double max = std::numeric_limits<double>::infinity();
  Condition acts_if = {};
  Traits traits = {};
  bool (*acts)(const Config& resolved) = nullptr;  // a further condition; null: none
};

/// True if the row's acts_if holds. Pure.
bool holds(const Condition& condition, const Config& resolved);

/// The setting of that name, or nullptr.
const Setting* find_setting(std::span<const Setting> settings, const std::string& name);

/// The known name nearest to `name` by edit distance, or "" if none is near.
std::string nearest_name(std::span<const Setting> settings, const std::string& name);

/// `value` in the setting's own type (100 becomes 100.0 for a number).
/// Throws Error (usage) that names what was expected: a wrong type, not a choice, out of bounds.
Json checked_value(const Setting& setting, const Json& value);

/// Parses `text` as given on a command line: "0.5", "true", "cifar10", "160,180".
/// Throws Error (usage) as checked_value does.
Json parse_value(const Setting& setting, const std::string& text);

/// Every setting's default where `config` has no value; settings whose default is null stay absent.
Config with_defaults(Config config, std::span<const Setting> settings);

}  // namespace m2m::settings
