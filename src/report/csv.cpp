#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/sheet.hpp"

namespace m2m::report {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + "\"";
}

std::string cell_text(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? quoted(value.get<std::string>()) : canonical_json(value);
}

std::string line(const std::vector<std::string>& cells) { return fmt::format("{}\n", fmt::join(cells, ",")); }

}  // namespace

std::string as_csv(const Sheet& sheet) {
  std::vector<std::string> names;
  for (const SheetColumn& column : sheet.columns) names.push_back(quoted(column.name));
  std::string text = line(names);
  for (const auto& row : sheet.rows) {
    std::vector<std::string> cells;
    for (const Json& value : row) cells.push_back(cell_text(value));
    text += line(cells);
  }
  return text;
}

}  // namespace m2m::report
