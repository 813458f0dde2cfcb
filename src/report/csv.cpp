#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/formats.hpp"
#include "report/numbers.hpp"

namespace m2m {
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

std::string header(const TableOptions& options) {
  ResultTable blank;
  blank.options = options;
  blank.rows = blank.columns = {""};
  blank.cells = {{TableCell()}};
  blank.cells[0][0].metrics.resize(options.metrics.size());
  std::vector<std::string> names;
  for (const auto& [name, value] : numbers_of(blank, 0, 0)) names.push_back(name);
  return fmt::format("{}\n", fmt::join(names, ","));
}

}  // namespace

std::string as_csv(const ResultTable& table) {
  std::string text = header(table.options);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.cells[row][column].planned == 0) continue;
      std::vector<std::string> line;
      for (const auto& [name, value] : numbers_of(table, row, column)) line.push_back(cell_text(value));
      text += fmt::format("{}\n", fmt::join(line, ","));
    }
  }
  return text;
}

}  // namespace m2m
