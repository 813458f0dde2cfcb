#pragma once
// The number of training samples of each class that a study asks for.
#include <cstdint>
#include <optional>
#include <string>

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

}  // namespace m2m::data
