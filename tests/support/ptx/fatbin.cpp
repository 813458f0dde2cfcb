#include "support/ptx/fatbin.hpp"

#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace m2m::testing::ptx {
namespace {

/// What a program registers: where the binary lies.
struct Wrapper {
  std::uint32_t magic, version;
  const std::byte* binary;
};

/// The head of a binary; `bytes` of entries follow it.
struct Header {
  std::uint32_t magic;
  std::uint16_t version, header_bytes;
  std::uint64_t bytes;
};
constexpr std::uint32_t header_magic = 0xba55ed50;

/// The head of an entry: the code of one processor as text or as machine code.
struct Entry {
  std::uint16_t kind, version;
  std::uint32_t header_bytes;
  std::uint64_t bytes;             // with padding
  std::uint32_t compressed_bytes;  // 0 if it is not compressed
  std::uint32_t unused[2];
  std::uint32_t capability;
};
constexpr std::uint16_t kind_of_text = 1;

template <typename T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

std::string text_of(const std::byte* payload, const Entry& entry) {
  if (entry.compressed_bytes == 0) return reinterpret_cast<const char*>(payload);
  const unsigned long long size = ZSTD_getFrameContentSize(payload, entry.compressed_bytes);
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    throw std::runtime_error("PTX that is not compressed by zstd");
  std::vector<char> text(size);
  if (ZSTD_isError(ZSTD_decompress(text.data(), text.size(), payload, entry.compressed_bytes)) != 0)
    throw std::runtime_error("PTX that zstd cannot decompress");
  text.push_back('\0');
  return text.data();
}

}  // namespace

std::string ptx_of(const void* fatbin, unsigned capability) {
  const auto* binary = read<Wrapper>(static_cast<const std::byte*>(fatbin)).binary;
  const auto header = read<Header>(binary);
  if (header.magic != header_magic) throw std::runtime_error("device code of an unknown layout");
  const std::byte* at = binary + header.header_bytes;
  const std::byte* const end = at + header.bytes;
  const std::byte* best_payload = nullptr;
  Entry best{};
  while (at < end) {
    const auto entry = read<Entry>(at);
    if (entry.kind == kind_of_text && entry.capability <= capability && entry.capability >= best.capability) {
      best = entry;
      best_payload = at + entry.header_bytes;
    }
    at += entry.header_bytes + entry.bytes;
  }
  return best_payload == nullptr ? "" : text_of(best_payload, best);
}

}  // namespace m2m::testing::ptx
