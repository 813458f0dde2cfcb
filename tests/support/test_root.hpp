#pragma once
// The folder in which tests find the files of the repository.
#include <cstdlib>
#include <filesystem>

namespace m2m::testing {

/// The folder that M2M_TEST_ROOT names, so that tests can run on another machine; by default the source folder.
inline std::filesystem::path test_root() {
  const char* named = std::getenv("M2M_TEST_ROOT");
  return named == nullptr ? M2M_SOURCE_DIR : named;
}

}  // namespace m2m::testing
