#pragma once
// A synthetic data set that trains in milliseconds: each class is a bright bar in its column, with noise.
#include <memory>

#include "core/config.hpp"
#include "train/loaded_data.hpp"

namespace m2m::testing {

/// Makes the data set: `counts` training, 4 validation and 6 test images per class, of at most 4 classes. Each
/// channel has the bar.
std::shared_ptr<const train::LoadedData> tiny_data(const ClassCounts& counts, data::ImageShape shape = {1, 8, 8});

/// Resolves the settings of a trial on it: a small network, short epochs, the tests' device; `given` overrides
/// them. On a GPU the precision is float64, because sums there differ by rounding and float32 would amplify it.
Config tiny_config(const Json& given);

}  // namespace m2m::testing
