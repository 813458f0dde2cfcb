// Fuzz target: NumPy's archives, as the user's own arrays.
#include "data/readers.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto file = m2m::testing::write_scratch("input.npz", m2m::testing::to_text(bytes, size));
  m2m::testing::read_or_refuse([&] { m2m::data::read_npz(file); });
  return 0;
}
