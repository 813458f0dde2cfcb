// Fuzz target: the lines of the digits, packed here, because a mutation seldom hits the checksum of gzip.
#include "data/readers.hpp"
#include "support/fuzz_input.hpp"
#include "support/synthetic_data.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  namespace testing = m2m::testing;  // GoogleTest has one, too
  const std::string text(testing::to_text(bytes, size));
  const auto file = testing::write_scratch("digits.csv.gz", testing::gzipped(text));
  testing::read_or_refuse([&] { m2m::data::read_digits(file); });
  return 0;
}
