#pragma once
// The digits that ship with the project: 1,797 images of 8x8 pixels from 0 to 16.
//
// Alpaydin, Kaynak: "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998.
#include <filesystem>

#include "data/data_set.hpp"

namespace m2m::data {

inline constexpr const char* digits_file = "digits.csv.gz";

/// Reads `file`, gzipped lines of 64 pixels, row by row, and the label. All of it is `train`. Local.
///
/// default_largest is 100: the rarest digit has 174 images, so every class keeps 74 or more to validate and test
/// on. Throws Error (bad_data) naming the line where the file is not like that, and where it is missing.
DataSet read_digits(const std::filesystem::path& file);

}  // namespace m2m::data
