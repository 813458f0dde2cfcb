#pragma once
// A made-up data set that trains in milliseconds: each class is a bright bar in a column of its own, with noise.
#include <memory>

#include "core/config.hpp"
#include "train/loaded_data.hpp"

namespace m2m::testing {

/// counts: training images per class; 4 validation and 6 test images of each. 1x8x8 pixels.
std::shared_ptr<const train::LoadedData> tiny_data(const ClassCounts& counts);

/// Every setting resolved for a trial on it: a small network, short epochs, the tests' device; `given` wins.
/// On a GPU the precision is float64: comparisons hold there to rounding alone, which float32 does not keep small.
Config tiny_config(const Json& given);

}  // namespace m2m::testing
