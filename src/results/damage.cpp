#include "results/damage.hpp"

#include <fmt/format.h>

#include "core/write_error.hpp"

namespace m2m::results {
namespace fs = std::filesystem;

fs::path set_aside(const fs::path& file) {
  if (!fs::exists(fs::symlink_status(file))) return {};
  fs::path aside = file.string() + ".damaged";
  for (int number = 2; fs::exists(fs::symlink_status(aside)); ++number) {
    aside = file.string() + fmt::format(".damaged-{}", number);
  }
  std::error_code failed;
  fs::rename(file, aside, failed);
  if (failed) throw write_error(file, "damaged, and cannot be renamed", failed.message());
  return aside;
}

std::string set_aside(const Damage& damage) {
  const fs::path aside = set_aside(damage.file);
  if (damage.marker != damage.file) set_aside(damage.marker);
  if (aside.empty()) return damage.why + "; made anew";
  return fmt::format("{}; set aside as {} and made anew", damage.why, aside.filename().string());
}

}  // namespace m2m::results
