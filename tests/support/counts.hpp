#pragma once
// Finds numbers and lines in the output of programs, so that tests compare them and not the words between them.
#include <ostream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace m2m::testing {

/// Numbers of trials in "5 of 6 trials done, 1 failed".
struct Counts {
  int done = -1, of = -1, failed = -1;
  bool operator==(const Counts&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.done << " of " << counts.of << " done, " << counts.failed << " failed";
}

/// The counts in `output`; all -1 unless they are there exactly once, since only one rank prints them.
inline Counts counts_in(const std::string& output) {
  static const std::regex form("(\\d+) of (\\d+) trials? done, (\\d+) failed");
  const std::sregex_iterator first(output.begin(), output.end(), form), none;
  if (std::distance(first, none) != 1) return {};
  return {std::stoi(first->str(1)), std::stoi(first->str(2)), std::stoi(first->str(3))};
}

/// A part of the line about a failed trial in a sweep that continues.
inline constexpr const char* others_go_on = "the rest goes on";

/// The numbers in `text`, in order. 3,900 is one number; digits within a word ("a17", "m2m") do not count.
inline std::vector<double> numbers_in(const std::string& text) {
  static const std::regex form("(?:^|[^\\w.,])(\\d+(?:,\\d{3})*(?:\\.\\d+)?)(?![\\w])");
  std::vector<double> found;
  for (std::sregex_iterator at(text.begin(), text.end(), form), none; at != none; ++at)
    found.push_back(std::stod(std::regex_replace(at->str(1), std::regex(","), "")));
  return found;
}

/// The lines of `text`, without line ends.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The first line of `text` that contains `part`; "" if there is none.
inline std::string line_with(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', at) + 1;  // 0 for the first line
  return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace m2m::testing
