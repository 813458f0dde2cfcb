#pragma once
// A table for people: what stands above it, its cells as text, and what stands below.
#include <string>
#include <vector>

namespace m2m::report {

/// Cells as text: a header, and rows as long as it.
struct TextGrid {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

struct Page {
  std::vector<std::string> heading;  // lines above the grid
  TextGrid grid;
  std::vector<std::string> remarks;  // lines below it, each with its mark: "* M2m on ...", "- rerun by ..."
};

/// Markdown with aligned columns.
std::string as_markdown(const Page& page);
/// A LaTeX tabular with booktabs' rules; heading and remarks are comments, "+-" becomes its sign.
std::string as_latex(const Page& page);

}  // namespace m2m::report
