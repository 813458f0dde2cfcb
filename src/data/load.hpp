#pragma once
// The registry: a line for each data set this program can read.
#include <span>

#include "data/data_set.hpp"
#include "data/roots.hpp"

namespace m2m::settings {

/// What a data set decides where a study does not.
struct DataSetDefaults {
  const char* imbalance;
  const char* validation;
  const char* network;
};

}  // namespace m2m::settings

namespace m2m::data {

struct DataSetReader {
  const char* name;   // as data.set says it
  const char* about;  // one sentence
  settings::DataSetDefaults defaults;
  bool has_pictures;  // files that are decoded, and resized to data.image_size
  DataSet (*read)(const DataRoots& roots, const Config& config);
};

std::span<const DataSetReader> data_set_readers();

/// Throws Error (usage), naming them all, where no data set has that name.
const DataSetReader& find_data_set(const std::string& name);

}  // namespace m2m::data
