// Fuzz target: NumPy's arrays without the archive, whose checksums a mutation seldom hits. The input is an array of
// samples, "%%\n", an array of labels.
#include "data/array_samples.hpp"
#include "support/fuzz_input.hpp"

namespace {

void read(std::string_view x_bytes, std::string_view y_bytes) {
  using namespace m2m::data;
  const NamedArray x{"x", parse_npy(x_bytes, "x")}, y{"y", parse_npy(y_bytes, "y")};
  check_same_kind(x, x);
  if (holds_features(x)) {
    samples_from_features(x, y, value_range(x));
  } else {
    samples_from_pixels(x, y);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto parts = m2m::testing::split_input(m2m::testing::to_text(bytes, size), 2);
  m2m::testing::read_or_refuse([&] { read(parts[0], parts[1]); });
  return 0;
}
