#pragma once
// Which HDF5 library this program runs with.
#include <string>

namespace m2m::results {

/// "1.10.8"
std::string hdf5_version();

}  // namespace m2m::results
