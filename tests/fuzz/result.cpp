// Fuzz target: result.h5 of a trial.
#include "core/config.hpp"
#include "results/record_file.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto file = testing::write_scratch("result.h5", testing::to_text(bytes, size));
  testing::read_or_refuse([&] {
    const results::TrialRecord record = results::read_trial(file, results::RecordParts::all);
    results::metrics_json(record.last.test, record.last.test_calibration,
                          results::recorded_counts(record.data, record.last.test.classes));
  });
  testing::read_or_refuse([&] {
    const results::TrialRecord record = results::read_trial(file, results::RecordParts::answers);
    ranking_from_logits(record.last.test_logits, record.test_labels, record.last.test.classes);
  });
  testing::read_or_refuse([&] { results::damage_of_result(file, "0123456789abcdef", results::Look::thorough); });
  return 0;
}
