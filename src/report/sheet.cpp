#include "report/sheet.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/error.hpp"

namespace m2m::report {
namespace {

std::string display_text(const Json& value, const SheetColumn& column) {
  if (value.is_null()) return column.absent;
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  const char* sign = column.has_sign ? "+" : "";
  if (!value.is_number_float()) return sign + value.dump();
  return fmt::format(fmt::runtime(fmt::format("{{:{}.{}f}}", sign, column.decimals)), value.get<double>());
}

/// The text of a cell, with its deviation if its column has one.
std::string cell_text(const std::vector<Json>& row, const std::vector<SheetColumn>& columns, std::size_t c) {
  std::string text = display_text(row[c], columns[c]);
  if (!columns[c].has_deviation || row[c + 1].is_null()) return text;
  SheetColumn deviation = columns[c];
  deviation.has_sign = false;
  return fmt::format("{} +- {}", text, display_text(row[c + 1], deviation));
}

Page to_page(const Sheet& sheet) {
  Page page{{sheet.title}, {}, {}};
  page.grid.rows.resize(sheet.rows.size());
  for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
    if (sheet.columns[c].title.empty()) continue;
    page.grid.header.push_back(sheet.columns[c].title);
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
      page.grid.rows[r].push_back(cell_text(sheet.rows[r], sheet.columns, c));
    }
  }
  for (const std::string& note : sheet.notes) page.remarks.push_back("- " + note);
  return page;
}

std::string csv_quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + "\"";
}

std::string csv_text(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? csv_quoted(value.get<std::string>()) : canonical_json(value);
}

std::string csv_line(const std::vector<std::string>& cells) { return fmt::format("{}\n", fmt::join(cells, ",")); }

}  // namespace

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string to_csv(const Sheet& sheet) {
  std::vector<std::string> names;
  for (const SheetColumn& column : sheet.columns) names.push_back(csv_quoted(column.name));
  std::string text = csv_line(names);
  for (const auto& row : sheet.rows) {
    std::vector<std::string> cells;
    for (const Json& value : row) cells.push_back(csv_text(value));
    text += csv_line(cells);
  }
  return text;
}

nlohmann::ordered_json json_rows(const Sheet& sheet) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& cells : sheet.rows) {
    nlohmann::ordered_json row = nlohmann::ordered_json::object();
    for (std::size_t c = 0; c < cells.size(); ++c) row[sheet.columns[c].name] = cells[c];
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string format(const Sheet& sheet, Format format) {
  switch (format) {
    case Format::markdown:
      return to_markdown(to_page(sheet));
    case Format::csv:
      return to_csv(sheet);
    case Format::latex:
      return to_latex(to_page(sheet));
    case Format::json: {
      const nlohmann::ordered_json all = {
          {"title", sheet.title}, {"rows", json_rows(sheet)}, {"notes", sheet.notes}};
      return all.dump(2) + "\n";
    }
  }
  throw internal_error("a format has no writer");
}

}  // namespace m2m::report
