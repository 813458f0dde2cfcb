#include "core/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/foreign_files.hpp"

namespace m2m {
namespace {

[[noreturn]] void throw_stored_type(const std::string& name, const Json& value, const char* expected) {
  // Settings of a study were checked, so this one comes from a file that an earlier run, or somebody else, has
  // left.
  throw data_error(
      fmt::format("the setting {} is {}, expected {}: a file of results is damaged, or not written by "
                  "this program",
                  name, value.dump(), expected));
}

/// True if two letters are the same but for case, of which ASCII's alone counts.
bool is_same_letter(char a, char b) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  return lower(a) == lower(b);
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (is_same_letter(a[i - 1], b[j - 1]) ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const Json& Config::at(const std::string& name) const {
  const auto found = values_.find(name);
  if (found != values_.end() && !found->is_null()) return *found;
  throw internal_error("the setting " + name + " has no value: it was not resolved");
}

bool Config::flag(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_boolean()) throw_stored_type(name, value, "true or false");
  return value.get<bool>();
}

std::int64_t Config::integer(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_number_integer()) throw_stored_type(name, value, "a whole number");
  return value.get<std::int64_t>();
}

double Config::number(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_number()) throw_stored_type(name, value, "a number");
  return value.get<double>();
}

std::string Config::text(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_string()) throw_stored_type(name, value, "a text");
  return value.get<std::string>();
}

std::vector<double> Config::numbers(const std::string& name) const {
  const Json& value = at(name);
  const bool is_list =
      value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& x) { return x.is_number(); });
  if (!is_list) throw_stored_type(name, value, "a list of numbers");
  return value.get<std::vector<double>>();
}

std::string nearest_name(std::span<const std::string> known, const std::string& name) {
  std::string best;
  std::size_t distance = std::max<std::size_t>(3, name.size() / 2);
  for (const std::string& candidate : known) {
    const std::size_t d = edit_distance(name, candidate);
    if (d < distance) {
      distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string canonical_json(const Json& value) { return value.dump(-1, ' ', true); }

void write_json_file(const std::filesystem::path& file, const Json& value) {
  write_file(file, value.dump(1, ' ', true) + "\n");
}

void read_json_file(const std::filesystem::path& file, const std::function<void(const Json&)>& read) {
  const std::string text = read_file(file);
  try {
    read(parse_json(text));
  } catch (const Json::exception& failed) {
    throw data_error(
        fmt::format("{}: damaged, or not written by this program: {}", file.string(), json_fault(failed)));
  }
}

}  // namespace m2m
