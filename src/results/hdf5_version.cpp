#include "results/hdf5_version.hpp"

#include <fmt/format.h>

#include "results/hdf5.hpp"

namespace m2m::results {

std::string hdf5_version() {
  const auto alone = hdf5::only_user();
  hdf5::prepare_library();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  return H5get_libversion(&major, &minor, &release) < 0 ? "unknown"
                                                        : fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace m2m::results
