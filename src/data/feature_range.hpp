#pragma once
// Features scaled as pixels are: to [0, 1] over the training part.
#include <vector>

namespace m2m::data {

struct FeatureRange {
  double smallest = 0, largest = 1;
};

/// The smallest and largest of all training values; 0 and 1 where there are none. values: finite. Pure.
FeatureRange range_of(const std::vector<float>& values);

/// Moves the range to [0, 1]: (value - smallest) / (largest - smallest). Values outside of it, which test samples
/// may have, stay outside. Where all training values are one, it becomes 0.
void scale_to(const FeatureRange& range, std::vector<float>& values);

}  // namespace m2m::data
