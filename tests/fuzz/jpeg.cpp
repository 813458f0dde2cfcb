// Fuzz target: JPEG pictures, decoded and resized.
#include "data/picture.hpp"
#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  constexpr int side = 4;
  m2m::testing::read_or_refuse([&] {
    const m2m::data::Picture picture = m2m::data::decode_jpeg(m2m::testing::to_text(bytes, size));
    const m2m::data::Picture square = m2m::data::resize_square(picture, side);
    m2m::testing::require(square.rgb.size() == 3 * side * side, "a resized picture of another size");
  });
  return 0;
}
