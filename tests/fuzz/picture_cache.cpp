// Fuzz target: caches of decoded pictures and their notes. The input is a cache, "%%\n", its notes.
#include "data/picture_cache.hpp"

#include "support/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace m2m;
  const auto parts = testing::split_input(testing::to_text(bytes, size), 2);
  const auto file = testing::write_scratch("input", parts[0]);
  testing::write_scratch("input.notes.txt", parts[1]);
  testing::read_or_refuse([&] {
    std::string reason;
    const data::CacheKey key{2, 1, std::string(64, 'a'), std::string(64, 'b')};
    const auto cached = data::open_cache(file, key, reason);
    testing::require(cached.has_value() == reason.empty(), "a cache without pixels or reason");
    if (cached) testing::require(cached->pixels.size() % 3 == 0, "half a picture");
  });
  return 0;
}
