#include "support/pages.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "settings/recipe.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"

namespace m2m::testing {
namespace {

using settings::Setting;
using settings::SettingType;

std::string code(const std::string& text) { return "`" + text + "`"; }

/// Escapes the characters that would end a cell or begin HTML.
std::string cell(std::string text) {
  for (const auto& [from, to] : {std::pair{"|", "\\|"}, std::pair{"<", "&lt;"}}) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 2)) {
      text.replace(at, 1, to);
    }
  }
  return text;
}

std::string default_of(const Setting& setting) {
  if (setting.default_value.is_null()) return "derived";
  if (setting.default_value.is_number_float()) return code(fmt::format("{}", setting.default_value.get<double>()));
  return code(setting.default_value.dump());
}

std::string bounds_of(const Setting& setting) {
  if (!std::isfinite(setting.min)) return "";
  if (!std::isfinite(setting.max)) return fmt::format(", at least {:.10g}", setting.min);
  return fmt::format(", {:.10g} to {:.10g}", setting.min, setting.max);
}

std::string values_of(const Setting& setting) {
  if (!setting.choices.empty() && setting.choices.size() <= 12) {
    std::vector<std::string> words;
    for (const std::string& choice : setting.choices) words.push_back(code(choice));
    return fmt::format("{}", fmt::join(words, " "));
  }
  const std::string unit = setting.unit.empty() ? "" : ", " + setting.unit;
  return settings::to_text(setting.type) + unit + bounds_of(setting);
}

std::string line_of(const Setting& setting) {
  const bool acts_if = !setting.acts_if.setting.empty();
  const std::string condition = acts_if ? fmt::format(" Acts if {} = {}.", code(setting.acts_if.setting),
                                                      fmt::join(setting.acts_if.values, ", "))
                                        : "";
  return fmt::format("| {} | {} | {} | {} | {}{} |\n", code(setting.name), values_of(setting), default_of(setting),
                     setting.traits.provenance ? "" : "yes", cell(setting.help), cell(condition));
}

/// The part of a name before its dot; names without a dot belong to the recipe or the seeds.
std::string group_of(const std::string& name) {
  const auto dot = name.find('.');
  if (dot != std::string::npos) return name.substr(0, dot);
  return name == "method" ? "recipe" : "seeds";
}

/// Lines of each group, in the order of the first rows of the groups.
std::vector<std::pair<std::string, std::string>> groups() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Setting& setting : settings::all_settings()) {
    const std::string name = group_of(setting.name);
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& group) { return group.first == name; });
    if (found == all.end()) found = all.insert(all.end(), {name, ""});
    found->second += line_of(setting);
  }
  return all;
}

}  // namespace

std::string settings_page() {
  std::string page =
      "# Settings\n\n"
      "Every setting of a study. This page is written from the table of settings (src/settings) by its test; "
      "`m2m-sweep describe NAME` shows one of them.\n\n"
      "\"derived\": by default it follows from other settings, or has to be given. \"id\": part of a trial's id if "
      "it "
      "acts; the others are only recorded.\n";
  for (const auto& [name, lines] : groups()) {
    page += fmt::format("\n## {}\n\n| setting | values | default | id | meaning |\n|---|---|---|---|---|\n{}",
                        code(name), lines);
  }
  return page;
}

std::string methods_table() {
  std::string table = "| method | what it is | settings | source |\n|---|---|---|---|\n";
  for (const settings::Method& method : settings::catalogue()) {
    std::vector<std::string> sets;
    for (const auto& [name, value] : method.sets.items()) {
      sets.push_back(
          code(fmt::format("{} = {}", name, value.is_string() ? value.get<std::string>() : value.dump())));
    }
    table += fmt::format("| {} | {} | {} | {} |\n", method.name, cell(method.details), fmt::join(sets, " "),
                         method.source);
  }
  return table;
}

}  // namespace m2m::testing
