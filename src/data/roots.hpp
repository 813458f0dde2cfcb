#pragma once
// Where data sets lie on this machine.
#include <filesystem>

#include "settings/data_settings.hpp"

namespace m2m::data {

struct DataRoots {
  std::filesystem::path root;     // where the user keeps data: data.root, else M2M_DATA, else `shipped`
  std::filesystem::path shipped;  // `datasets/` of the checkout, with what comes along
};

/// Looks for `datasets/` in the folders above the program, then where the program was built from. Local.
DataRoots data_roots(const settings::DataSettings& settings);

}  // namespace m2m::data
