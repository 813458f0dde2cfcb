#pragma once
// The registry: a line for each data set this program can read.
#include <span>

#include "data/data_set.hpp"
#include "data/roots.hpp"

namespace m2m {

struct DataSetReader {
  const char* name;  // as data.set says it
  DataSet (*read)(const DataRoots& roots);
};

std::span<const DataSetReader> data_set_readers();

}  // namespace m2m
