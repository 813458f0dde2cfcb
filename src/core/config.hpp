#pragma once
// JSON, configurations (named values of settings), and JSON files.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace m2m {

using Json = nlohmann::json;

/// A flat set of named values: {"data.set": "cifar10", "data.ratio": 100.0, ...}. A value, not a view.
class Config {
 public:
  Config() : values_(Json::object()) {}
  explicit Config(Json flat) : values_(std::move(flat)) {}

  bool has(const std::string& name) const { return values_.contains(name) && !values_.at(name).is_null(); }
  void set(const std::string& name, Json value) { values_[name] = std::move(value); }

  /// The value of a setting, by its type. Each throws Error (internal) if it is missing or of another type.
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

/// The known name nearest to `name` by edit distance without regard to case, or "" if none is near. Pure.
std::string nearest_name(std::span<const std::string> known, const std::string& name);

/// Canonical JSON: keys sorted, no white space, shortest numbers that read back the same. Ids are hashes of it.
/// Pure.
std::string canonical_json(const Json& value);

/// Writes `value`, indented, as write_file does. Throws WriteError.
void write_json_file(const std::filesystem::path& file, const Json& value);

/// Parses a JSON file and passes its value to `read`. Throws Error: input_output if the file cannot be read,
/// bad_data if it is not JSON or `read` throws a JSON error.
void read_json_file(const std::filesystem::path& file, const std::function<void(const Json&)>& read);

}  // namespace m2m
