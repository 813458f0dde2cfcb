// Fuzz target: safetensors files, also as the state of a trial.
#include "checkpoints/safetensors.hpp"

#include "checkpoints/trial_state.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto file = testing::write_scratch("resume.safetensors", testing::to_text(bytes, size));
  testing::read_or_refuse([&] { checkpoints::read_safetensors(file); });
  testing::read_or_refuse([&] { checkpoints::read_trial_state(file); });
  return 0;
}
