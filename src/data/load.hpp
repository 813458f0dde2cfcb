#pragma once
// The table of readers: one for each data set that the program can read.
#include "data/data_set.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"

namespace m2m::data {

/// Name of a data set and the function that reads it.
struct Reader {
  const char* name;  // one of settings::data_sets()
  DataSet (*read)(const DataRoots& roots, const settings::DataSettings& settings);
};

/// Finds the reader of a data set. Pure. Throws Error (internal) if a data set of the table has no reader.
const Reader& find_reader(const std::string& name);

}  // namespace m2m::data
