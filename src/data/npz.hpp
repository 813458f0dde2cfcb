#pragma once
// The user's own arrays: an .npz as NumPy's savez and savez_compressed write it.
#include <filesystem>

#include "data/data_set.hpp"

namespace m2m::data {

/// Reads x_train, y_train, x_test, y_test and, where they are there, x_val and y_val. Local.
///
/// x: uint8 [n, h, w], [n, h, w, c] or [n, c, h, w], c of 1 or 3, become pixels; where both could be meant,
/// channels are last. float32 or float64 [n, d] become features, scaled by one range, the smallest and the largest
/// value of x_train, so that these lie in [0, 1]. y: whole numbers [n] or [n, 1], 0 .. K-1, K of at least 2.
/// default_largest is the count of the rarest class. Throws Error (bad_data) naming the array and what was
/// expected: one is missing or damaged, of another shape or type, not finite; a class without a training sample.
DataSet read_npz(const std::filesystem::path& file);

}  // namespace m2m::data
