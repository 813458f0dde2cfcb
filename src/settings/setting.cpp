#include "settings/setting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "core/error.hpp"
#include "core/text.hpp"

namespace m2m::settings {
namespace {

/// The name in errors of a value of that type.
std::string expected_text(SettingType type) {
  switch (type) {
    case SettingType::flag:
      return "true or false";
    case SettingType::integer:
      return "a whole number";
    case SettingType::number:
      return "a number";
    case SettingType::text:
      return "a text";
    case SettingType::numbers:
      return "a list of numbers";
  }
  return "a value";
}

/// True if a '-' stands between two digits.
bool is_range(const std::string& text) {
  const std::size_t dash = text.find('-', 1);
  const auto is_digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  return dash != std::string::npos && is_digit(dash - 1) && is_digit(dash + 1);
}

/// Advice on a range or list, '0-2' or '[1', in the place of a whole number.
std::string advice_on_several(const Setting& setting, const std::string& got) {
  const bool is_whole = setting.type == SettingType::integer;
  const bool has_digit = got.find_first_of("0123456789") != std::string::npos;
  const bool is_several =
      got.find_first_of("[]:") != std::string::npos || got.find("..") != std::string::npos || is_range(got);
  return is_whole && has_digit && is_several ? "; list several values one by one, as in 0,1,2" : "";
}

[[noreturn]] void throw_wrong_type(const Setting& setting, const std::string& got) {
  throw usage_error(fmt::format("{} = {}: expected {}{}", setting.name, got, expected_text(setting.type),
                                advice_on_several(setting, got)));
}

/// The value as in a study file; JSON cannot write values that are not finite.
std::string value_literal(const Json& value) {
  const bool is_finite = !value.is_number_float() || std::isfinite(value.get<double>());
  return is_finite ? value.dump() : fmt::format("{}", value.get<double>());
}

/// True for a number such as 4.0, which a study may mean as a whole number.
bool is_whole(const Json& value) {
  return value.is_number_float() && std::abs(value.get<double>()) < 1e15 &&
         std::trunc(value.get<double>()) == value.get<double>();
}

[[noreturn]] void throw_fractional(const Setting& setting, const Json& value) {
  throw usage_error(fmt::format("{} = {}: expected a whole number; write {:.0f}", setting.name, value.dump(),
                                value.get<double>()));
}

void check_bounds(const Setting& setting, double value) {
  if (std::isfinite(value) && value >= setting.min && value <= setting.max) return;
  const std::string min_text = std::isfinite(setting.min) ? fmt::format(" of at least {}", setting.min) : "";
  const std::string max_text =
      std::isfinite(setting.max) ? fmt::format("{} at most {}", min_text.empty() ? "" : " and", setting.max) : "";
  throw usage_error(fmt::format("{} = {}: expected {}{}{}", setting.name, value, expected_text(setting.type),
                                min_text, max_text));
}

void check_choice(const Setting& setting, const std::string& value) {
  if (setting.choices.empty() || std::count(setting.choices.begin(), setting.choices.end(), value) > 0) return;
  const std::string nearest = m2m::nearest_name(setting.choices, value);
  throw usage_error(fmt::format("{} = '{}': expected one of {}{}", setting.name, value,
                                fmt::join(setting.choices, ", "),
                                nearest.empty() ? "" : "; " + did_you_mean(nearest, "")));
}

/// 0.0 for -0.0, which equals it but would give the same trial another id.
double without_negative_zero(double value) { return value == 0 ? 0.0 : value; }

double parse_number(const Setting& setting, const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) throw_wrong_type(setting, "'" + text + "'");
  return value;
}

std::int64_t parse_integer(const Setting& setting, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) throw_wrong_type(setting, "'" + text + "'");
  return value;
}

}  // namespace

const char* to_text(SettingType type) {
  constexpr const char* names[] = {"flag", "integer", "number", "text", "numbers"};
  return names[static_cast<int>(type)];
}

bool holds(const Condition& condition, const Config& resolved) {
  const auto& [name, values] = condition;
  return name.empty() || std::count(values.begin(), values.end(), resolved.text(name)) > 0;
}

const Setting* find_setting(std::span<const Setting> settings, const std::string& name) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const Setting& s) { return s.name == name; });
  return found == settings.end() ? nullptr : &*found;
}

std::string nearest_name(std::span<const Setting> settings, const std::string& name) {
  std::vector<std::string> names;
  for (const Setting& setting : settings) names.push_back(setting.name);
  return m2m::nearest_name(names, name);
}

Json checked_value(const Setting& setting, const Json& value) {
  switch (setting.type) {
    case SettingType::flag:
      if (!value.is_boolean()) throw_wrong_type(setting, value_literal(value));
      return value;
    case SettingType::integer:
      if (is_whole(value)) throw_fractional(setting, value);
      if (!value.is_number_integer()) throw_wrong_type(setting, value_literal(value));
      check_bounds(setting, value.get<double>());
      return value.get<std::int64_t>();
    case SettingType::number:
      if (!value.is_number()) throw_wrong_type(setting, value_literal(value));
      check_bounds(setting, value.get<double>());
      return without_negative_zero(value.get<double>());
    case SettingType::text:
      if (!value.is_string()) throw_wrong_type(setting, value_literal(value));
      check_choice(setting, value.get<std::string>());
      return value;
    case SettingType::numbers: {
      if (!value.is_array()) throw_wrong_type(setting, value_literal(value));
      std::vector<double> list;
      for (const Json& item : value) {
        if (!item.is_number()) throw_wrong_type(setting, value_literal(value));
        check_bounds(setting, item.get<double>());
        list.push_back(without_negative_zero(item.get<double>()));
      }
      return list;
    }
  }
  throw internal_error("a setting has no type: " + setting.name);
}

Json parse_value(const Setting& setting, const std::string& text) {
  switch (setting.type) {
    case SettingType::flag:
      if (text != "true" && text != "false") throw_wrong_type(setting, "'" + text + "'");
      return text == "true";
    case SettingType::integer:
      return checked_value(setting, parse_integer(setting, text));
    case SettingType::number:
      return checked_value(setting, parse_number(setting, text));
    case SettingType::text:
      return checked_value(setting, text);
    case SettingType::numbers: {
      Json list = Json::array();
      std::istringstream items(text);
      for (std::string item; std::getline(items, item, ',');) list.push_back(parse_number(setting, item));
      return checked_value(setting, list);
    }
  }
  throw internal_error("a setting has no type: " + setting.name);
}

Config with_defaults(Config config, std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    if (!config.has(setting.name) && !setting.default_value.is_null())
      config.set(setting.name, setting.default_value);
  }
  return config;
}

}  // namespace m2m::settings
