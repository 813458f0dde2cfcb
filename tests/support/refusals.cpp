#include "support/refusals.hpp"

#include "core/philox.hpp"

namespace m2m::testing {

std::string refusal(const Reader& read, const std::string& bytes) {
  std::string sentence = complaint([&] { read(bytes); }, ExitCode::bad_data);
  EXPECT_TRUE(sentence.empty() || sentence.starts_with("sample: ")) << sentence;
  return sentence;
}

void expect_truncations_refused(const Reader& read, const std::string& bytes, std::size_t stride) {
  for (std::size_t size = 0; size < bytes.size(); size += stride) {
    EXPECT_NE(refusal(read, bytes.substr(0, size)), "")
        << "the first " << size << " bytes were taken for a whole file";
  }
}

void expect_flips_survived(const Reader& read, const std::string& bytes, std::size_t within, int rounds) {
  Stream stream(Key{1, SeedRole::subset}, Purpose::subset);
  for (int round = 0; round < rounds; ++round) {
    std::string damaged = bytes;
    const std::int64_t flips = 1 + stream.below(4);
    for (std::int64_t i = 0; i < flips; ++i) {
      const auto at = static_cast<std::size_t>(stream.below(static_cast<std::int64_t>(within)));
      damaged[at] = static_cast<char>(stream.below(256));
    }
    refusal(read, damaged);
  }
}

}  // namespace m2m::testing
