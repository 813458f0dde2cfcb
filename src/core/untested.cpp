#include "core/untested.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace m2m {

std::vector<int> untested_classes(const ClassCounts& samples) {
  std::vector<int> untested;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (samples[k] == 0) untested.push_back(static_cast<int>(k));
  }
  return untested;
}

std::vector<int> untested_classes(const Confusion& confusion) {
  std::vector<int> untested;
  const std::vector<double> recall = recalls(confusion);
  for (int k = 0; k < confusion.classes; ++k) {
    if (std::isnan(recall[k])) untested.push_back(k);
  }
  return untested;
}

std::string untested_note(const std::vector<int>& untested, int classes, const std::string& part) {
  constexpr std::size_t max_named = 10;
  if (untested.empty()) return "";
  const auto named = untested.begin() + static_cast<std::ptrdiff_t>(std::min(untested.size(), max_named));
  std::string names = fmt::format("{}", fmt::join(untested.begin(), named, ", "));
  if (named != untested.end()) names += fmt::format(" and {} more", untested.end() - named);
  const bool is_one = untested.size() == 1;
  return fmt::format(
      "class{} {} of {} {} no {} sample: {} recall is not defined, and bACC, GM and groups of classes are means "
      "over "
      "the other {}",
      is_one ? "" : "es", names, classes, is_one ? "has" : "have", part, is_one ? "its" : "their",
      static_cast<std::size_t>(classes) - untested.size());
}

}  // namespace m2m
