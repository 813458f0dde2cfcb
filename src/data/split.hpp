#pragma once
// What a split rests on: the training samples of each class that a study asks for, and partial copies of a data
// set.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/hash.hpp"
#include "data/data_set.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

/// Training samples per class, [K], as data.imbalance, data.ratio, data.largest and data.rounding say. Pure.
///
/// available: samples of each class, [K]; reserved: samples per class to be left for validation or test. Throws
/// Error with settings that work: usage if a class has fewer samples than asked for, would have none, or if no
/// setting gives the size of the largest class; bad_data if a class has no sample at all.
ClassCounts wanted_counts(const DataSet& data, const settings::DataSettings& settings, const ClassCounts& available,
                          std::int64_t reserved);

/// A change of settings, "data.largest = 20 and data.ratio = 4", with which each class has at least `min_count`
/// training samples and at most `available`. Nothing if there is no such change. Pure.
std::optional<std::string> sufficient_settings(const DataSet& data, const settings::DataSettings& settings,
                                               const ClassCounts& available, std::int64_t min_count);

/// A partial copy of a data set holds only the training images that a study needs, for a machine that cannot fetch
/// all of it. This file beside the data files lists the present training images by number from 0, ascending, one a
/// line. All other images are blanks of the right size.
inline constexpr const char* present_rows_file = "rows.txt";

/// Reads the list and adds its bytes to `content`. Local.
///
/// Returns a mark per image, [count]; empty if the file does not exist, because every image is then present. Throws
/// Error (bad_data), naming the line, if it is not the number of an image or not above the number before.
std::vector<bool> read_present_rows(const std::filesystem::path& file, std::int64_t count, Sha256& content);

/// Throws Error (bad_data) if the split takes a training image that is not present. Pure.
void check_present(const DataSet& data, const Split& split);

}  // namespace m2m::data
