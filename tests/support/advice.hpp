#pragma once
// Reads the advice of an error, so that tests can follow it: "...; set a.b = 'c', or d.e to at most 4 and f = 1".
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace m2m::testing {

/// Names of settings and the values to give them, as on a command line.
using Advice = std::map<std::string, std::string>;

/// The alternatives that a sentence offers after "; set" or ": set", in order. Leaves out those that give no value
/// of a setting.
inline std::vector<Advice> advised(const std::string& sentence) {
  static const std::regex assignment(
      R"re(([a-z0-9_]+(?:\.[a-z0-9_]+)*)(?: = | to at most | to at least )(?:'([^']*)'|([-+.0-9e]*[0-9])))re");
  static const std::regex begin("[;:] set ");
  std::smatch found;
  if (!std::regex_search(sentence, found, begin)) return {};
  std::vector<Advice> alternatives;
  for (std::string rest = found.suffix(); !rest.empty();) {
    const std::size_t end = rest.find(", or ");
    const std::string one = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 5);
    if (one.starts_with("add ")) continue;  // advice about the data, not about settings
    Advice advice;
    for (std::sregex_iterator at(one.begin(), one.end(), assignment), last; at != last; ++at)
      advice[at->str(1)] = at->str(2) + at->str(3);
    if (!advice.empty()) alternatives.push_back(advice);
  }
  return alternatives;
}

}  // namespace m2m::testing
