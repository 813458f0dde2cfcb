// Fuzz target: results.h5, the merged results of a study.
#include "results/study_results.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto file = testing::write_scratch("results.h5", testing::to_text(bytes, size));
  testing::read_or_refuse([&] { results::read_results_file(file); });
  testing::read_or_refuse([&] { results::read_results_file(file, {results::RecordParts::answers}); });
  return 0;
}
