#pragma once
// Partial copies of a data set: they hold only the training images that a study needs, for a machine that cannot
// fetch all of it.
#include <filesystem>
#include <vector>

#include "core/hash.hpp"
#include "data/data_set.hpp"

namespace m2m::data {

/// The file beside the data files that lists the present training images by number from 0, ascending, one a line.
/// All other images are blanks of the right size.
inline constexpr const char* present_rows_file = "rows.txt";

/// Reads the list and adds its bytes to `content`. Local.
///
/// Returns a mark per image, [count]; empty if the file does not exist, because every image is then present. Throws
/// Error (bad_data), naming the line, if it is not the number of an image or not above the number before.
std::vector<bool> read_present_rows(const std::filesystem::path& file, std::int64_t count, Sha256& content);

/// Throws Error (bad_data) if the split takes a training image that is not present. Pure.
void check_present(const DataSet& data, const Split& split);

}  // namespace m2m::data
