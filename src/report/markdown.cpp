#include <fmt/format.h>

#include <algorithm>

#include "report/page.hpp"

namespace m2m::report {
namespace {

/// A bar inside a cell would end it.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return safe;
}

/// Characters, not bytes, of UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t c = 0; c < cells.size(); ++c) text += fmt::format(" {:<{}} |", escaped(cells[c]), widths[c]);
  return text + "\n";
}

std::string rule(const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (const std::size_t width : widths) text += fmt::format(" {:-<{}} |", ":", width);
  return text + "\n";
}

std::vector<std::size_t> widths_of(const TextGrid& grid) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < grid.header.size(); ++c) {
    std::size_t width = std::max<std::size_t>(width_of(escaped(grid.header[c])), 3);
    for (const auto& row : grid.rows) width = std::max(width, width_of(escaped(row[c])));
    widths.push_back(width);
  }
  return widths;
}

}  // namespace

std::string as_markdown(const Page& page) {
  const std::vector<std::size_t> widths = widths_of(page.grid);
  std::string text;
  for (const std::string& above : page.heading) text += above + "\n";
  text += "\n" + line(page.grid.header, widths) + rule(widths);
  for (const auto& row : page.grid.rows) text += line(row, widths);
  if (!page.remarks.empty()) text += "\n";
  for (const std::string& remark : page.remarks) text += remark + "\n";
  return text;
}

}  // namespace m2m::report
