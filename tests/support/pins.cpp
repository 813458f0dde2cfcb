#include "support/pins.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "core/files.hpp"
#include "support/test_root.hpp"

namespace m2m::testing {
namespace {

void add_leaves(const Json& json, const std::string& place, Json& found) {
  if (!json.is_object() || json.empty()) {
    found[place] = json;
    return;
  }
  for (const auto& [key, value] : json.items()) add_leaves(value, place.empty() ? key : place + " > " + key, found);
}

/// Text of a leaf. An id is a hash of such text, so texts are compared: 20 and 20.0 are equal numbers.
std::string written(const Json& leaves, const std::string& place) {
  return leaves.contains(place) ? leaves.at(place).dump() : "absent";
}

/// Lists the differences, one a line, at most `max` of them.
std::string difference_lines(const Json& pinned, const Json& actual, int max) {
  const Json before = leaves(pinned), now = leaves(actual);
  Json places = before;
  places.update(now);
  std::string lines;
  int differences = 0;
  for (const auto& [place, value] : places.items()) {
    const std::string was = written(before, place), is = written(now, place);
    if (was != is && ++differences <= max) lines += fmt::format("  {}: pinned {}, now {}\n", place, was, is);
  }
  if (differences > max) lines += fmt::format("  and {} more\n", differences - max);
  return lines;
}

}  // namespace

Json leaves(const Json& json) {
  Json found = Json::object();
  add_leaves(json, "", found);
  return found;
}

Json changes(const Json& from, const Json& to) {
  const Json before = leaves(from), now = leaves(to);
  Json changed = Json::object();
  for (const auto& [place, value] : before.items()) {
    if (!now.contains(place)) changed[place] = nullptr;
  }
  for (const auto& [place, value] : now.items()) {
    if (written(before, place) != value.dump()) changed[place] = value;
  }
  return changed;
}

void expect_pinned(const std::string& name, const Json& actual) {
  const std::filesystem::path file = test_root() / "tests" / "pins" / (name + ".json");
  const bool exists = std::filesystem::exists(file);
  const Json pinned = exists ? Json::parse(read_file(file)) : Json::object();
  const bool renews = std::getenv("M2M_RENEW_PINS") != nullptr;
  const std::string lines = difference_lines(pinned, actual, renews ? 1000 : 30);
  if (renews) {
    std::cout << file.filename().string() << (lines.empty() ? ": as it was\n" : ":\n") << lines;
    write_file(file, actual.dump(1) + "\n");
    return;
  }
  if (lines.empty()) return;
  ADD_FAILURE() << file.string() << " differs; scripts/renew_pins.sh rewrites it:\n" << lines;
}

}  // namespace m2m::testing
