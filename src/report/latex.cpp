#include <fmt/format.h>

#include <map>

#include "report/formats.hpp"

namespace m2m {
namespace {

/// Text with LaTeX's special characters made harmless; the sign for plus or minus is put in after that.
std::string escaped(const std::string& text) {
  static const std::map<char, std::string> special = {{'\\', "\\textbackslash{}"},
                                                      {'{', "\\{"},
                                                      {'}', "\\}"},
                                                      {'$', "\\$"},
                                                      {'&', "\\&"},
                                                      {'#', "\\#"},
                                                      {'_', "\\_"},
                                                      {'%', "\\%"},
                                                      {'|', "\\textbar{}"},
                                                      {'~', "\\textasciitilde{}"},
                                                      {'^', "\\textasciicircum{}"},
                                                      {'<', "\\textless{}"},
                                                      {'>', "\\textgreater{}"}};
  std::string safe;
  for (const char c : text) safe += special.contains(c) ? special.at(c) : std::string(1, c);
  for (std::size_t at = safe.find("+-"); at != std::string::npos; at = safe.find("+-", at)) {
    safe.replace(at, 2, "$\\pm$");
  }
  return safe;
}

std::string line(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : " & ") + escaped(cell);
  return "  " + text + " \\\\\n";
}

}  // namespace

std::string as_latex(const ResultTable& table) {
  if (table.rows.empty()) return "% The study plans no trials.\n";
  const TextGrid grid = text_grid(table, " +- ");
  std::string text = fmt::format("% {}\n% {}\n\\begin{{tabular}}{{{}}}\n  \\hline\n", title(table),
                                 fact_line(table), std::string(grid.header.size(), 'l'));
  text += line(grid.header) + "  \\hline\n";
  for (const auto& row : grid.rows) text += line(row);
  text += "  \\hline\n\\end{tabular}\n";
  for (const std::string& sentence : table.incomplete) text += "% * " + sentence + "\n";
  for (const std::string& note : table.notes) text += "% - " + note + "\n";
  return text;
}

}  // namespace m2m
