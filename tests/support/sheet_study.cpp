#include "support/sheet_study.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/counts.hpp"

namespace m2m::testing {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> split(const std::string& text, const std::string& between) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (std::size_t at; (at = text.find(between, from)) != std::string::npos; from = at + between.size())
    parts.push_back(trimmed(text.substr(from, at - from)));
  parts.push_back(trimmed(text.substr(from)));
  return parts;
}

std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;  // these tests write no quote inside a cell
    if (c == ',' && !quoted) cells.emplace_back();
    if (c != '"' && (c != ',' || quoted)) cells.back() += c;
  }
  return cells;
}

void expect_cell(const std::string& text, const Json& value, const report::SheetColumn& column, bool rounded) {
  if (value.is_number() && !text.empty()) {
    const double tolerance = rounded && value.is_number_float() ? .5000001 * std::pow(10.0, -column.decimals) : 0;
    EXPECT_NEAR(std::stod(text), value.get<double>(), tolerance) << column.name;
    return;
  }
  const std::string absent = rounded ? column.absent : "";
  EXPECT_EQ(text, value.is_null()     ? absent
                  : value.is_string() ? value.get<std::string>()
                                      : value.dump())
      << column.name;
}

}  // namespace

TextRows markdown_rows(const std::string& text) {
  TextRows rows;
  for (const std::string& line : lines_of(text)) {
    if (!line.starts_with("|")) continue;
    std::vector<std::string> cells = split(replaced(line.substr(1, line.size() - 2), "\\|", "\x1"), "|");
    for (std::string& cell : cells) cell = replaced(cell, "\x1", "|");
    rows.push_back(std::move(cells));
  }
  rows.erase(rows.begin(), rows.begin() + 2);  // the header and its rule
  return rows;
}

TextRows latex_rows(const std::string& text) {
  TextRows rows;
  for (const std::string& line : lines_of(text)) {
    if (!line.ends_with("\\\\")) continue;
    std::string plain = replaced(line.substr(0, line.size() - 2), "\\textbar{}", "|");
    plain = replaced(plain, "$\\pm$", "+-");
    for (const char* escaped : {"_", "%", "&"}) plain = replaced(plain, std::string("\\") + escaped, escaped);
    rows.push_back(split(plain, " & "));
  }
  rows.erase(rows.begin());
  return rows;
}

TextRows csv_rows(const std::string& text) {
  TextRows rows;
  for (const std::string& line : lines_of(text)) rows.push_back(csv_cells(line));
  rows.erase(rows.begin());
  return rows;
}

void expect_same_in_all_formats(const report::Sheet& sheet) {
  const TextRows markdown = markdown_rows(report::format(sheet, report::Format::markdown));
  const TextRows latex = latex_rows(report::format(sheet, report::Format::latex));
  const TextRows csv = csv_rows(report::format(sheet, report::Format::csv));
  const Json json = Json::parse(report::format(sheet, report::Format::json)).at("rows");
  ASSERT_FALSE(sheet.rows.empty());
  ASSERT_EQ(markdown.size(), sheet.rows.size());
  ASSERT_EQ(latex, markdown);
  ASSERT_EQ(csv.size(), sheet.rows.size());
  ASSERT_EQ(json.size(), sheet.rows.size());
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    std::size_t shown = 0;
    for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
      const report::SheetColumn& column = sheet.columns[c];
      const Json& value = json.at(r).at(column.name);
      expect_cell(csv.at(r).at(c), value, column, false);
      if (!column.title.empty()) expect_cell(markdown.at(r).at(shown++), value, column, true);
    }
  }
}

}  // namespace m2m::testing
