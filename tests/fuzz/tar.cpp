// Fuzz target: tar archives, as they are and with every checksum right, which a mutation seldom hits.
#include <numeric>

#include "data/archives.hpp"
#include "support/fuzz_input.hpp"

namespace {

constexpr std::size_t block = 512, checksum_at = 148, checksum_size = 8;

/// Puts the right checksum into every block, of content too.
std::string with_checksums(std::string archive) {
  for (std::size_t at = 0; at + block <= archive.size(); at += block) {
    const auto begin = archive.begin() + static_cast<std::ptrdiff_t>(at);
    std::fill_n(begin + checksum_at, checksum_size, ' ');
    const unsigned sum = std::accumulate(begin, begin + block, 0U, [](unsigned so_far, char byte) {
      return so_far + static_cast<unsigned char>(byte);
    });
    std::snprintf(&*begin + checksum_at, checksum_size, "%06o", sum);
  }
  return archive;
}

void read(const std::string& archive) {
  m2m::testing::read_or_refuse([&] {
    for (const auto& [name, content] : m2m::data::tar_files(archive, "input", "remedy")) {
      const bool is_inside =
          content.data() >= archive.data() && content.data() + content.size() <= archive.data() + archive.size();
      m2m::testing::require(is_inside, "a member outside of the archive");
      m2m::testing::require(name.find('/') == std::string::npos, "a name with a folder");
    }
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string archive(m2m::testing::to_text(bytes, size));
  read(archive);
  read(with_checksums(archive));
  return 0;
}
