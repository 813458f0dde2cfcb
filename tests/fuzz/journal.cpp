// Fuzz target: journal.jsonl. What is read is written again, and then read as the same.
#include "results/journal.hpp"

#include "core/foreign_files.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto file = testing::write_scratch("journal.jsonl", testing::to_text(bytes, size));
  testing::read_or_refuse([&] { results::read_last_epoch(file); });
  testing::read_or_refuse([&] {
    for (const results::EpochRecord& epoch : results::read_journal(file)) {
      const Json json = results::epoch_to_json(epoch);
      const Json again = results::epoch_to_json(results::epoch_from_json(Json::parse(json.dump())));
      testing::require(again.dump() == json.dump(), "another epoch is read back");
    }
  });
  return 0;
}
