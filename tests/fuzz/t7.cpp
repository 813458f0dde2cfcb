// Fuzz target: checkpoints of PyTorch before 1.6.
#include "checkpoints/legacy_t7.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  testing::read_or_refuse([&] { checkpoints::parse_legacy_t7(testing::to_text(bytes, size), "input"); });
  return 0;
}
