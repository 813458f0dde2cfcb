// Tables and sheets as Markdown and LaTeX.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/sheet.hpp"

namespace m2m::report {
namespace {

/// Escapes bars, which would end a cell.
std::string markdown_escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

/// Counts the characters of UTF-8, not the bytes.
std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string markdown_line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t c = 0; c < cells.size(); ++c)
    text += fmt::format(" {:<{}} |", markdown_escaped(cells[c]), widths[c]);
  return text + "\n";
}

std::string markdown_rule(const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (const std::size_t width : widths) text += fmt::format(" {:-<{}} |", ":", width);
  return text + "\n";
}

std::vector<std::size_t> column_widths(const TextGrid& grid) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < grid.header.size(); ++c) {
    std::size_t width = std::max<std::size_t>(display_width(markdown_escaped(grid.header[c])), 3);
    for (const auto& row : grid.rows) width = std::max(width, display_width(markdown_escaped(row[c])));
    widths.push_back(width);
  }
  return widths;
}

/// Escapes the special characters of LaTeX, then replaces "+-" by its sign.
std::string latex_escaped(const std::string& text) {
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

std::string latex_line(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "" : " & ") + latex_escaped(cell);
  return "  " + text + " \\\\\n";
}

}  // namespace

std::string to_markdown(const Page& page) {
  const std::vector<std::size_t> widths = column_widths(page.grid);
  std::string text;
  for (const std::string& above : page.heading) text += above + "\n";
  text += "\n" + markdown_line(page.grid.header, widths) + markdown_rule(widths);
  for (const auto& row : page.grid.rows) text += markdown_line(row, widths);
  if (!page.remarks.empty()) text += "\n";
  for (const std::string& remark : page.remarks) text += remark + "\n";
  return text;
}

std::string to_latex(const Page& page) {
  std::string text = "% needs \\usepackage{booktabs}\n";
  for (const std::string& above : page.heading) text += "% " + above + "\n";
  text += fmt::format("\\begin{{tabular}}{{{}}}\n  \\toprule\n", std::string(page.grid.header.size(), 'l'));
  text += latex_line(page.grid.header) + "  \\midrule\n";
  for (const auto& row : page.grid.rows) text += latex_line(row);
  text += "  \\bottomrule\n\\end{tabular}\n";
  for (const std::string& remark : page.remarks) text += "% " + remark + "\n";
  return text;
}

}  // namespace m2m::report
