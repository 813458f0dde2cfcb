#pragma once
// A setting: the row from which parser, help, default, id and HDF5 attribute come.
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::settings {

/// The type of the value of a setting.
enum class SettingType { flag, integer, number, text, numbers };

/// The name of a type: "flag", "integer", "number", "text", "numbers". Pure.
const char* to_text(SettingType type);

/// A condition on a text setting: it holds if the setting has one of the values. It always holds without a name.
struct Condition {
  std::string setting;
  std::vector<std::string> values;
};

/// The traits of a setting. Code that treats settings differently reads these, never names.
struct Traits {
  bool provenance = false;         // recorded, but never part of an id
  bool seed = false;               // changes random numbers and nothing else
  bool data = false;               // determines training and test data
  bool cuts_data = false;          // affects the split, not the files that are read
  bool acts_elsewhere = false;     // acts in a g or a file, whose identity is part of the id; the setting is not
  bool acts_post_hoc = false;      // part of the id of a trial that trains nothing
  bool silent_at_default = false;  // not part of an id while it has its default: for settings added later
};

/// A setting without its member.
struct Setting {
  std::string name;  // dotted: "m2m.beta"
  SettingType type = SettingType::text;
  Json default_value;                     // null: derived from other settings (see resolve), or required
  std::string unit;                       // "epochs", "images", "" ...
  std::string help;                       // one sentence for people
  std::vector<std::string> choices = {};  // of a text; empty: any text
  double min = -std::numeric_limits<double>::infinity();  // of numbers and integers, inclusive
  double max = std::numeric_limits<double>::infinity();
  Condition acts_if = {};
  Traits traits = {};
  bool (*acts)(const Config& resolved) = nullptr;  // a further condition; null: none
};

/// True if the condition holds in `resolved`. Pure.
bool holds(const Condition& condition, const Config& resolved);

/// The setting of that name, or nullptr. Pure.
const Setting* find_setting(std::span<const Setting> settings, const std::string& name);

/// The name of a setting nearest to `name` by edit distance, or "" if none is near. Pure.
std::string nearest_name(std::span<const Setting> settings, const std::string& name);

/// Checks a value and returns it in the type of the setting (100 becomes 100.0 for a number). Pure. Throws Error
/// (usage) if the type is wrong, the value is no choice or out of bounds; names setting, value and what was
/// expected.
Json checked_value(const Setting& setting, const Json& value);

/// Parses a value from a command line: "0.5", "true", "cifar10", "160,180". Pure. Throws Error (usage) as
/// checked_value does.
Json parse_value(const Setting& setting, const std::string& text);

/// Fills in the defaults of settings that `config` lacks, except null ones. Pure.
Config with_defaults(Config config, std::span<const Setting> settings);

}  // namespace m2m::settings
