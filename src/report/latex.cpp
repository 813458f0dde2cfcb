#include <fmt/format.h>

#include <map>

#include "report/page.hpp"

namespace m2m::report {
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

std::string as_latex(const Page& page) {
  std::string text = "% wants \\usepackage{booktabs}\n";
  for (const std::string& above : page.heading) text += "% " + above + "\n";
  text += fmt::format("\\begin{{tabular}}{{{}}}\n  \\toprule\n", std::string(page.grid.header.size(), 'l'));
  text += line(page.grid.header) + "  \\midrule\n";
  for (const auto& row : page.grid.rows) text += line(row);
  text += "  \\bottomrule\n\\end{tabular}\n";
  for (const std::string& remark : page.remarks) text += "% " + remark + "\n";
  return text;
}

}  // namespace m2m::report
