#include "data/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <sstream>

#include "core/files.hpp"
#include "core/text.hpp"

namespace m2m::data {
namespace fs = std::filesystem;

TextFile read_text_file(const fs::path& file, const std::string& missing, Sha256& content) {
  if (!fs::is_regular_file(file)) throw data_error(missing);
  TextFile read{file.string(), read_file(file)};
  content.add(std::as_bytes(std::span(read.bytes)));
  const std::vector<std::string_view> lines = split_lines(read);
  const auto wrong = std::find_if_not(lines.begin(), lines.end(), is_utf8);
  if (wrong != lines.end()) {
    throw line_error(read, static_cast<std::size_t>(wrong - lines.begin()) + 1,
                     "is not UTF-8; save the file as UTF-8");
  }
  return read;
}

std::vector<std::string_view> split_lines(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string_view> split_lines(const TextFile& file) {
  return split_lines(std::string_view(file.bytes));
}

Error line_error(const TextFile& file, std::size_t line, const std::string& what) {
  return data_error(fmt::format("{}:{}: {}", file.name, line, what));
}

std::pair<std::string_view, std::string_view> split_at_tab(const TextFile& file, std::size_t line,
                                                           std::string_view text, const char* layout,
                                                           SecondPart second) {
  const std::size_t tab = text.find('\t');
  const bool is_pair =
      tab != std::string_view::npos && tab > 0 && text.find('\t', tab + 1) == std::string_view::npos;
  if (!is_pair || (second == SecondPart::needed && tab + 1 == text.size())) {
    throw line_error(file, line, fmt::format("expected {}, with one tab; correct or delete the line", layout));
  }
  return {text.substr(0, tab), text.substr(tab + 1)};
}

std::map<std::string, std::string> read_checked_sums(const fs::path& folder) {
  const fs::path marker = folder / ".md5-checked";
  std::map<std::string, std::string> sums;
  if (!fs::exists(marker)) return sums;
  std::istringstream lines(read_file(marker));
  for (std::string sum, name; lines >> sum >> name;) sums[name] = sum;
  return sums;
}

}  // namespace m2m::data
