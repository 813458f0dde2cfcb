#pragma once
// The readers of data sets: a line for each that this program can read.
#include "data/data_set.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

struct Reader {
  const char* name;  // one of settings::data_sets()
  DataSet (*read)(const DataRoots& roots, const settings::DataSettings& settings);
};

/// Throws Error (internal) if a data set of the table has no reader.
const Reader& find_reader(const std::string& name);

}  // namespace m2m::data
