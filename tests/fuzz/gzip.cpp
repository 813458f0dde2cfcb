// Fuzz target: gzip files.
#include "data/archives.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  m2m::testing::read_or_refuse([&] { m2m::data::gunzip(m2m::testing::to_text(bytes, size), "input", "remedy"); });
  return 0;
}
