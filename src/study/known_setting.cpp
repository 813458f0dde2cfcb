// Finds the setting that a key names, and what an unknown key may mean.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"
#include "settings/setting.hpp"
#include "study/study.hpp"

namespace m2m::study {
namespace {

/// Settings that end in the same name in any table; only the nearest one if one is near.
std::vector<std::string> in_other_tables(std::span<const settings::Setting> rows, const std::string& name) {
  const std::string ending = "." + name.substr(name.rfind('.') + 1);
  std::vector<std::string> names;
  for (const settings::Setting& setting : rows) {
    if (setting.name.ends_with(ending)) names.push_back(setting.name);
  }
  const std::string nearest = nearest_name(names, name);
  return nearest.empty() ? names : std::vector<std::string>{nearest};
}

/// True if `text` has the word, with no letter, digit or '_' beside it.
bool has_word(const std::string& text, const std::string& word) {
  const auto is_letter = [&](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (!is_letter(at - 1) && !is_letter(at + word.size())) return true;  // at - 1 is beyond the text if at is 0
  }
  return false;
}

/// The setting of the same table whose description has the last word of `name`: data.ratio of "data.rho". Empty
/// unless there is just one.
std::string described_by(std::span<const settings::Setting> rows, const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot + 1 == name.size()) return "";
  const std::string table = name.substr(0, dot + 1), word = name.substr(dot + 1);
  std::vector<std::string> names;
  for (const settings::Setting& setting : rows) {
    if (setting.name.starts_with(table) && has_word(setting.help, word)) names.push_back(setting.name);
  }
  return names.size() == 1 ? names.front() : "";
}

/// Advice on an unknown key.
std::string meant_by(std::span<const settings::Setting> rows, const std::string& name, bool is_in_file) {
  const char* above = is_in_file ? ", above the first [table]" : "";
  const std::string table = name.substr(0, name.find('.'));
  if (table == "Grid" || table == "grids") return "the grid is written [grid]";
  if (table == "Point" || table == "points") return "points are written [[point]]";
  if (name == "label") return "a label belongs in a [[point]]";
  if (name == "name")
    return is_in_file ? "a name belongs above the first [table]" : "--out names the output folder";
  for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
    const std::string rest = name.substr(dot + 1);
    if (settings::find_setting(rows, rest) != nullptr || rest == "name")
      return fmt::format("did you mean '{}'{}?", rest, above);
  }
  for (const settings::Setting& setting : rows) {
    if (setting.name.starts_with(name + ".")) return did_you_mean(setting.name, "");
  }
  std::vector<std::string> meant = in_other_tables(rows, name);
  const std::string described = described_by(rows, name);
  if (!described.empty()) meant.insert(meant.begin(), described);
  if (meant.empty()) meant.push_back(settings::nearest_name(rows, name));
  return did_you_mean(fmt::format("{}", fmt::join(meant, "' or '")), "'m2m-sweep describe' lists all");
}

}  // namespace

const settings::Setting& known_setting(std::span<const settings::Setting> rows, const std::string& name,
                                       const std::string& place) {
  if (const settings::Setting* setting = settings::find_setting(rows, name)) return *setting;
  throw usage_error(
      fmt::format("{}: unknown key '{}'; {}", place, name, meant_by(rows, name, place != command_line_place)));
}

}  // namespace m2m::study
