#include "data/labels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/class_counts.hpp"
#include "core/error.hpp"

namespace m2m::data {
namespace {

ClassCounts counts_of(const std::vector<std::int32_t>& labels, int classes) {
  ClassCounts counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

/// The labels that occur in any part, in order.
std::vector<int> occurring(const PartLabels& labels, int classes) {
  ClassCounts all(static_cast<std::size_t>(classes), 0);
  for (const auto* part : {&labels.train, &labels.validation, &labels.test}) {
    for (const std::int32_t label : *part) ++all[static_cast<std::size_t>(label)];
  }
  std::vector<int> found;
  for (int k = 0; k < classes; ++k) {
    if (all[static_cast<std::size_t>(k)] > 0) found.push_back(k);
  }
  return found;
}

/// What is wrong with labels of which `missing` has no training sample, and what to do. found: occurring, at
/// least 2.
std::string fault_of(int missing, const std::vector<int>& found, int classes) {
  const int first = found.front(), last = found.back(), count = static_cast<int>(found.size());
  if (std::binary_search(found.begin(), found.end(), missing)) {
    return fmt::format(
        "class {} is in validation or test but not in training: add training samples of it, or leave "
        "it out everywhere",
        missing);
  }
  if (first > 0 && last - first + 1 == count)
    return fmt::format("labels run from {} to {} and have to begin at 0: subtract {} from all of them", first, last,
                       first);
  if (missing > last)
    return fmt::format("class {} of {} has no sample: is a part of the set missing?", missing, classes);
  return fmt::format(
      "no sample has the label {}, although {} occurs: number the {} classes from 0 to {} without gaps", missing,
      last, count, count - 1);
}

}  // namespace

std::int64_t smallest_class(const PartLabels& labels, int classes, const std::string& where) {
  const std::vector<int> found = occurring(labels, classes);
  if (found.size() < 2)
    throw data_error(fmt::format("{}: holds one class; at least 2 are needed to tell apart", where));
  const ClassCounts counts = counts_of(labels.train, classes);
  const auto rarest = std::min_element(counts.begin(), counts.end());
  if (*rarest > 0) return *rarest;
  throw data_error(
      fmt::format("{}: {}", where, fault_of(static_cast<int>(rarest - counts.begin()), found, classes)));
}

}  // namespace m2m::data
