#include "data/roots.hpp"

#include <cstdlib>

#include "data/digits.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

/// A checkout that was moved, and programs copied beside their data, are found from where the program lies.
fs::path shipped_folder() {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / "datasets" / digits_file, unknown)) return folder / "datasets";
  }
  return M2M_SHIPPED_DATASETS;
}

}  // namespace

DataRoots data_roots(const settings::DataSettings& settings) {
  const fs::path shipped = shipped_folder();
  if (!settings.root.empty()) return {settings.root, shipped};
  const char* from_environment = std::getenv("M2M_DATA");
  if (from_environment != nullptr && *from_environment != '\0') return {from_environment, shipped};
  return {shipped, shipped};
}

}  // namespace m2m::data
