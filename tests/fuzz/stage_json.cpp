// Fuzz target: stage.json, which names the files of a stage and their checksums. Whatever it names, only files of
// the stage's own folder are looked at.
#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "support/fuzz_input.hpp"

namespace {

namespace fs = std::filesystem;
using namespace m2m;

void require_inside(const fs::path& file, const fs::path& folder) {
  testing::require(file.parent_path() == folder && testing::lies_below(file, folder),
                   "a file outside of the stage: " + file.string());
}

/// Makes the folder of a stage, with a file in it and one outside.
fs::path make_stage() {
  fs::create_directories(testing::scratch() / "stage");
  testing::write_scratch("stage/state.safetensors", "state");
  testing::write_scratch("outside.safetensors", "state");
  return testing::scratch() / "stage";
}

void check_damage(const fs::path& folder, results::Look look) {
  const auto damage = results::damage_of_stage(folder, look);
  if (!damage) return;
  require_inside(damage->file, folder);
  require_inside(damage->marker, folder);
}

void check_files(const fs::path& folder) {
  const Json facts = results::read_stage_facts(folder);
  for (const auto& [name, file] : facts.items())
    testing::read_or_refuse([&, &file = file] { require_inside(results::checked_file(folder, file), folder); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const fs::path folder = make_stage();
  testing::write_scratch("stage/stage.json", testing::to_text(bytes, size));
  testing::read_or_refuse([&] { check_damage(folder, results::Look::quick); });
  testing::read_or_refuse([&] { check_damage(folder, results::Look::thorough); });
  testing::read_or_refuse([&] { check_files(folder); });
  return 0;
}
