#pragma once
// Copies of a data set that hold only some of its training images: those that a study needs, for a machine that
// cannot fetch the whole.
#include <filesystem>
#include <vector>

#include "core/hash.hpp"
#include "data/data_set.hpp"

namespace m2m::data {

/// Beside the data files: the numbers of the training images that are here, ascending, one a line, from 0. All
/// others are blanks of the right size.
inline constexpr const char* present_rows_file = "rows.txt";

/// Reads the list, and adds its bytes to `content`. Local.
///
/// Returns a mark per image, [count]; empty if there is no such file, as every image is then here. Throws Error
/// (bad_data) naming the line that is not the number of an image, or is not above the one before.
std::vector<bool> read_present_rows(const std::filesystem::path& file, std::int64_t count, Sha256& content);

/// Throws Error (bad_data) if the split takes a training image that is not here. Pure.
void check_present(const DataSet& data, const Split& split);

}  // namespace m2m::data
