#pragma once
// JSON, and configurations: named values of settings.
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

// JSON files, read with sentences about what is wrong with them.

/// Writes `value`, indented, by way of write_file. Throws Error (input_output).
void write_json_file(const std::filesystem::path& file, const Json& value);

/// Parses the file and has `read` take from it what it needs.
/// Throws Error: input_output where it cannot be read; bad_data where it is no JSON, or where `read` misses
/// something.
void read_json_file(const std::filesystem::path& file, const std::function<void(const Json&)>& read);

}  // namespace m2m
