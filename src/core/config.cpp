#include "core/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/error.hpp"

namespace m2m {
namespace {

std::string type_name(settings::FieldType type) {
  switch (type) {
    case settings::FieldType::flag:
      return "true or false";
    case settings::FieldType::integer:
      return "a whole number";
    case settings::FieldType::number:
      return "a number";
    case settings::FieldType::text:
      return "a text";
    case settings::FieldType::numbers:
      return "a list of numbers";
  }
  return "a value";
}

[[noreturn]] void fail_stored_type(const std::string& name, const Json& value, settings::FieldType expected) {
  throw internal_error(
      fmt::format("the setting {} is {}, and {} was asked for", name, value.dump(), type_name(expected)));
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const Json& Config::at(const std::string& name) const {
  if (!has(name)) throw internal_error("the setting " + name + " was asked for but never resolved");
  return values_.at(name);
}

bool Config::flag(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_boolean()) fail_stored_type(name, value, settings::FieldType::flag);
  return value.get<bool>();
}

std::int64_t Config::integer(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_number_integer()) fail_stored_type(name, value, settings::FieldType::integer);
  return value.get<std::int64_t>();
}

double Config::number(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_number()) fail_stored_type(name, value, settings::FieldType::number);
  return value.get<double>();
}

std::string Config::text(const std::string& name) const {
  const Json& value = at(name);
  if (!value.is_string()) fail_stored_type(name, value, settings::FieldType::text);
  return value.get<std::string>();
}

std::vector<double> Config::numbers(const std::string& name) const {
  const Json& value = at(name);
  const bool fits =
      value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& x) { return x.is_number(); });
  if (!fits) fail_stored_type(name, value, settings::FieldType::numbers);
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

}  // namespace m2m

namespace m2m::settings {
namespace {

[[noreturn]] void fail_type(const Field& field, const std::string& got) {
  throw usage_error(fmt::format("{} = {}: expected {}", field.name, got, type_name(field.type)));
}

/// As a study file writes it; JSON has no word for what is not finite.
std::string shown(const Json& value) {
  const bool is_finite = !value.is_number_float() || std::isfinite(value.get<double>());
  return is_finite ? value.dump() : fmt::format("{}", value.get<double>());
}

/// 4.0, where 4 is expected.
bool is_whole(const Json& value) {
  return value.is_number_float() && std::abs(value.get<double>()) < 1e15 &&
         std::trunc(value.get<double>()) == value.get<double>();
}

[[noreturn]] void fail_written(const Field& field, const Json& value) {
  throw usage_error(
      fmt::format("{} = {}: expected a whole number; write {:.0f}", field.name, value.dump(), value.get<double>()));
}

void check_bounds(const Field& field, double value) {
  if (std::isfinite(value) && value >= field.least && value <= field.most) return;
  const std::string least = std::isfinite(field.least) ? fmt::format(" of at least {}", field.least) : "";
  const std::string most =
      std::isfinite(field.most) ? fmt::format("{} at most {}", least.empty() ? "" : " and", field.most) : "";
  throw usage_error(fmt::format("{} = {}: expected {}{}{}", field.name, value, type_name(field.type), least, most));
}

void check_choice(const Field& field, const std::string& value) {
  if (field.choices.empty() || std::count(field.choices.begin(), field.choices.end(), value) > 0) return;
  throw usage_error(
      fmt::format("{} = '{}': expected one of {}", field.name, value, fmt::join(field.choices, ", ")));
}

/// -0.0 equals 0.0, and would make another id of the same trial.
double without_negative_zero(double value) { return value == 0 ? 0.0 : value; }

double parse_number(const Field& field, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) fail_type(field, "'" + text + "'");
  return value;
}

std::int64_t parse_integer(const Field& field, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) fail_type(field, "'" + text + "'");
  return value;
}

}  // namespace

bool condition_holds(const Field& field, const Config& resolved) {
  const auto& [name, values] = field.acts_where;
  return name.empty() || std::count(values.begin(), values.end(), resolved.text(name)) > 0;
}

const Field* find_field(std::span<const Field> fields, const std::string& name) {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

std::string nearest_name(std::span<const Field> fields, const std::string& name) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return m2m::nearest_name(names, name);
}

Json checked_value(const Field& field, const Json& value) {
  switch (field.type) {
    case FieldType::flag:
      if (!value.is_boolean()) fail_type(field, shown(value));
      return value;
    case FieldType::integer:
      if (is_whole(value)) fail_written(field, value);
      if (!value.is_number_integer()) fail_type(field, shown(value));
      check_bounds(field, value.get<double>());
      return value.get<std::int64_t>();
    case FieldType::number:
      if (!value.is_number()) fail_type(field, shown(value));
      check_bounds(field, value.get<double>());
      return without_negative_zero(value.get<double>());
    case FieldType::text:
      if (!value.is_string()) fail_type(field, shown(value));
      check_choice(field, value.get<std::string>());
      return value;
    case FieldType::numbers: {
      if (!value.is_array()) fail_type(field, shown(value));
      std::vector<double> list;
      for (const Json& item : value) {
        if (!item.is_number()) fail_type(field, shown(value));
        check_bounds(field, item.get<double>());
        list.push_back(without_negative_zero(item.get<double>()));
      }
      return list;
    }
  }
  throw internal_error("a field has no type: " + field.name);
}

Json parse_value(const Field& field, const std::string& text) {
  switch (field.type) {
    case FieldType::flag:
      if (text != "true" && text != "false") fail_type(field, "'" + text + "'");
      return text == "true";
    case FieldType::integer:
      return checked_value(field, parse_integer(field, text));
    case FieldType::number:
      return checked_value(field, parse_number(field, text));
    case FieldType::text:
      return checked_value(field, text);
    case FieldType::numbers: {
      Json list = Json::array();
      std::istringstream items(text);
      for (std::string item; std::getline(items, item, ',');) list.push_back(parse_number(field, item));
      return checked_value(field, list);
    }
  }
  throw internal_error("a field has no type: " + field.name);
}

Config with_defaults(Config config, std::span<const Field> fields) {
  for (const Field& field : fields) {
    if (!config.has(field.name) && !field.standard.is_null()) config.set(field.name, field.standard);
  }
  return config;
}

}  // namespace m2m::settings
