#pragma once
// Data for the cases: drawn, so that they run anywhere; of the shape of CIFAR-LT-10 at rho = 100.
#include <memory>

#include "train/loaded_data.hpp"

namespace m2m::bench {

/// 12,406 training images in ten classes of 5000 2997 1796 1077 645 387 232 139 83 50, and 10,000 of equal classes,
/// of which the first 1,000 validate and 9,000 test. Uint8 of 3x32x32, on the device; each class brighter in a
/// place of its own. The same bytes everywhere.
std::shared_ptr<const train::LoadedData> made_up_data(torch::Device device);

}  // namespace m2m::bench
