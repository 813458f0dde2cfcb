#include "data/labels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/class_counts.hpp"
#include "core/error.hpp"

namespace m2m {

std::int64_t smallest_class(const std::vector<std::int32_t>& labels, int classes, const std::string& where) {
  if (classes < 2) throw data_error(fmt::format("{}: holds one class; at least 2 are needed to tell apart", where));
  ClassCounts counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t label : labels) ++counts[label];
  const auto rarest = std::min_element(counts.begin(), counts.end());
  if (*rarest > 0) return *rarest;
  throw data_error(fmt::format("{}: class {} of {} has no training sample: number the classes without gaps", where,
                               rarest - counts.begin(), classes));
}

}  // namespace m2m
