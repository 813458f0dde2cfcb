#include "train/stage_files.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"

namespace m2m {
namespace fs = std::filesystem;

Json read_stage_facts(const fs::path& folder) {
  const fs::path file = folder / "stage.json";
  Json facts = Json::parse(read_file(file), nullptr, false);
  if (facts.is_discarded() || !facts.is_object()) {
    throw data_error(file.string() + ": not JSON: delete its folder to have the stage run again");
  }
  return facts;
}

Json facts_of_file(const fs::path& file) {
  return {{"file", file.filename().string()}, {"sha256", sha256_of_file(file)}};
}

fs::path checked_file(const fs::path& folder, const Json& facts) {
  const fs::path file = folder / facts.value("file", "");
  if (!fs::is_regular_file(file) || sha256_of_file(file) != facts.value("sha256", "")) {
    throw data_error(fmt::format("{}: its content is not what stage.json names: delete {} to have it made again",
                                 file.string(), folder.string()));
  }
  return file;
}

}  // namespace m2m
