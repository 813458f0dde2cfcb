// Fuzz target: a study file with the settings of the program, as far as resolving its points.
#include "core/config.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "study/plan.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  constexpr std::uint64_t max_points = 20;
  const auto read = [&] {
    const study::Study study =
        study::parse_study(std::string(testing::to_text(bytes, size)), "input.toml", settings::all_settings());
    if (study::count_points(study) > max_points) return;
    for (const study::StudyPoint& point : study::expand(study)) {
      study::point_label(point);
      settings::resolve(point.given);
    }
  };
  testing::read_or_refuse(read, {ExitCode::usage});
  return 0;
}
