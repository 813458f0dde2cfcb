#pragma once
// How many training samples of each class a study asks for.
#include <cstdint>
#include <optional>
#include <string>

#include "data/data_set.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

/// Training samples per class, [K], as data.imbalance, data.ratio, data.largest and data.rounding say. Pure.
///
/// available: samples of each class, [K]; spared: how many of each have to be left, to validate or test. Throws
/// Error with settings that work: usage if a class has fewer samples than asked for or would be left without one,
/// or if nothing says how many the largest class has; bad_data if a class has no sample at all.
ClassCounts wanted_counts(const DataSet& data, const settings::DataSettings& settings, const ClassCounts& available,
                          std::int64_t reserved);

/// "data.largest = 20 and data.ratio = 4": a change of these settings with which each class has at least `least`
/// training samples and no more than `available`. Nothing if there is none. Pure.
std::optional<std::string> sufficient_settings(const DataSet& data, const settings::DataSettings& settings,
                                               const ClassCounts& available, std::int64_t min_count);

}  // namespace m2m::data
