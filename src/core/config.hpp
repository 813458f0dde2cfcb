#pragma once
// Fields and configurations: one row per setting drives the parser, `m2m-sweep describe`, ids and HDF5
// attributes.
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace m2m {

using Json = nlohmann::json;

class Config;

/// A flat set of named values: {"data.set": "cifar10", "data.ratio": 100.0, ...}. A value, not a view.
class Config {
 public:
  Config() : values_(Json::object()) {}
  explicit Config(Json flat) : values_(std::move(flat)) {}

  bool has(const std::string& name) const { return values_.contains(name) && !values_.at(name).is_null(); }
  void set(const std::string& name, Json value) { values_[name] = std::move(value); }

  /// Each throws Error (internal) where the name is missing or of another type.
  bool flag(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  std::string text(const std::string& name) const;
  std::vector<double> numbers(const std::string& name) const;

  const Json& json() const { return values_; }
  bool operator==(const Config&) const = default;

 private:
  const Json& at(const std::string& name) const;
  Json values_;
};

/// The known name nearest to `name` by edit distance, or "" where none is near.
std::string nearest_name(std::span<const std::string> known, const std::string& name);

/// Canonical JSON: keys sorted, no white space, shortest numbers that read back the same. What ids are hashes of.
std::string canonical_json(const Json& value);

}  // namespace m2m

namespace m2m::settings {

enum class FieldType { flag, integer, number, text, numbers };

/// Where a field counts. `stage` fields are part of the id of a stage in which they act; `provenance` is only
/// recorded.
enum class FieldUse { stage, provenance };

/// Settings that only act where another one, a text, has one of these values.
struct ActsWhere {
  std::string field;
  std::vector<std::string> values;
};

/// One setting, as a study file, the command line and the results know it.
struct Field {
  std::string name;  // dotted: "m2m.beta"
  FieldType type = FieldType::text;
  Json standard;                          // the default; null: derived from other fields (see resolve) or required
  std::string unit;                       // "epochs", "images", "" ...
  std::string help;                       // one sentence for people
  std::vector<std::string> choices = {};  // texts: what may be said; empty: anything
  double least = -std::numeric_limits<double>::infinity();  // numbers and integers: bounds, inclusive
  double most = std::numeric_limits<double>::infinity();
  FieldUse use = FieldUse::stage;
  ActsWhere acts_where = {};  // empty: everywhere
};

/// Whether the field's `acts_where` holds for these settings.
bool condition_holds(const Field& field, const Config& resolved);

/// The field of that name, or nullptr.
const Field* find_field(std::span<const Field> fields, const std::string& name);
std::string nearest_name(std::span<const Field> fields, const std::string& name);

/// `value` in the field's own type (100 becomes 100.0 for a number).
/// Throws Error (usage) whose sentence says what was expected: wrong type, not a choice, out of bounds.
Json checked_value(const Field& field, const Json& value);

/// Reads `text` as the field's type says, as given on a command line: "0.5", "true", "cifar10", "160,180".
/// Throws Error (usage) as checked_value does.
Json parse_value(const Field& field, const std::string& text);

/// Every field's default where `config` says nothing; fields whose default is null stay absent.
Config with_defaults(Config config, std::span<const Field> fields);

}  // namespace m2m::settings
