#include "data/feature_range.hpp"

#include <algorithm>

namespace m2m::data {

FeatureRange range_of(const std::vector<float>& values) {
  if (values.empty()) return {};
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return {*smallest, *largest};
}

void scale_to(const FeatureRange& range, std::vector<float>& values) {
  const double width = range.largest > range.smallest ? range.largest - range.smallest : 1;
  for (float& value : values) value = static_cast<float>((value - range.smallest) / width);
}

}  // namespace m2m::data
