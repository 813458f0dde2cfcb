#include "data/picture_cache.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>
#include <type_traits>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"

namespace m2m::data {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "the header is written as it is in memory");

constexpr std::array<char, 8> magic{'M', '2', 'M', 'P', 'I', 'X', '\r', '\n'};
constexpr std::uint32_t version = 2;  // raised too if the same file decodes to other pixels
constexpr std::int64_t pixels_begin = 320;
using HexDigits = std::array<char, 64>;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0, size = 0;
  std::uint64_t count = 0;
  HexDigits list_sha256{}, files_sha256{}, pixels_sha256{}, notes_sha256{};
};
static_assert(std::is_trivially_copyable_v<Header> && sizeof(Header) <= pixels_begin);

HexDigits to_hex_digits(const std::string& sha256) {
  HexDigits digits{};
  sha256.copy(digits.data(), digits.size());
  return digits;
}

/// Makes a header. count: pictures that are present.
Header make_header(const CacheKey& key, std::int64_t count, const std::string& pixels_sha256,
                   const std::string& notes) {
  return {magic,
          version,
          static_cast<std::uint32_t>(key.size),
          static_cast<std::uint64_t>(count),
          to_hex_digits(key.list_sha256),
          to_hex_digits(key.files_sha256),
          to_hex_digits(pixels_sha256),
          to_hex_digits(sha256_hex(notes))};
}

Error failed(const fs::path& file, const char* what) {
  return io_error(fmt::format("{}: cannot be {}: {}", file.string(), what, std::strerror(errno)));
}

/// Maps the whole file, which is not empty, read-only; the last array that shares the map unmaps it.
SharedArray<std::uint8_t> map_file(const fs::path& file, int handle, std::size_t size) {
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, handle, 0);
  if (mapped == MAP_FAILED) throw failed(file, "mapped");
  const auto unmap = [size](const std::uint8_t* bytes) { ::munmap(const_cast<std::uint8_t*>(bytes), size); };
  return {std::shared_ptr<const std::uint8_t>(static_cast<const std::uint8_t*>(mapped), unmap), size};
}

/// The bytes behind the header; shares the map.
SharedArray<std::uint8_t> mapped_pixels(const SharedArray<std::uint8_t>& mapped) {
  const auto whole = std::make_shared<const SharedArray<std::uint8_t>>(mapped);
  return {std::shared_ptr<const std::uint8_t>(whole, whole->data() + pixels_begin), mapped.size() - pixels_begin};
}

std::string pixels_sha256(const SharedArray<std::uint8_t>& pixels) {
  return sha256_hex(std::as_bytes(std::span(pixels.data(), pixels.size())));
}

/// Why a header is not that of `key`, or "".
std::string difference(const Header& found, const CacheKey& key) {
  const Header wanted = make_header(key, key.count, "", "");
  if (found.magic != wanted.magic) return "is not a cache of pictures";
  if (found.version != wanted.version) return "was made by another version of this program";
  if (found.size != wanted.size) return "holds pictures of another size";
  if (found.list_sha256 != wanted.list_sha256 || found.count > wanted.count) return "was made from another list";
  if (found.files_sha256 != wanted.files_sha256) return "was made from other pictures";
  return "";
}

/// Text of the notes beside a cache; "" if there are none.
std::string read_notes(const fs::path& cache) {
  const fs::path file = notes_file(cache);
  std::error_code failed;
  return fs::exists(file, failed) ? read_file(file) : "";
}

}  // namespace

std::optional<CachedPixels> open_cache(const fs::path& file, const CacheKey& key, std::string& reason) {
  // A pipe in its place is opened at once, and found to be too short.
  const FileDescriptor handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!handle.is_open() && errno == ENOENT) return std::nullopt;
  struct stat found {};
  if (!handle.is_open() || ::fstat(handle.number(), &found) != 0) throw failed(file, "read");
  reason = "is cut short";
  if (found.st_size < pixels_begin) return std::nullopt;
  const auto mapped = map_file(file, handle.number(), static_cast<std::size_t>(found.st_size));
  Header header;
  std::memcpy(&header, mapped.data(), sizeof header);
  const std::string other = difference(header, key);
  if (!other.empty()) reason = other;
  const auto count = static_cast<std::int64_t>(header.count);
  if (!other.empty() || found.st_size != pixels_begin + count * key.picture_bytes()) return std::nullopt;
  const std::string notes = read_notes(file);
  CachedPixels cached{mapped_pixels(mapped), "", parse_notes(notes)};
  cached.sha256 = pixels_sha256(cached.pixels);
  reason = "is damaged";
  if (to_hex_digits(cached.sha256) != header.pixels_sha256) return std::nullopt;
  reason = "lacks the notes that were written with it";
  if (to_hex_digits(sha256_hex(notes)) != header.notes_sha256) return std::nullopt;
  reason.clear();
  return cached;
}

CacheWriter::CacheWriter(const fs::path& file, const CacheKey& key) : file_(file), key_(key) {
  open_ = FileDescriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!open_.is_open()) throw failed(file_, "written");
  // Allocates all space now, so that a full disk is found before an hour of decoding.
  errno = ::posix_fallocate(open_.number(), 0, pixels_begin + key_.count * key_.picture_bytes());
  if (errno != 0) throw failed(file_, "given its full size");
}

void CacheWriter::write_at(std::int64_t offset, const void* bytes, std::int64_t size) const {
  const auto* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::pwrite(open_.number(), next, static_cast<std::size_t>(size), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw failed(file_, "written");
    next += written;
    offset += written;
    size -= written;
  }
}

void CacheWriter::put(std::int64_t index, const std::uint8_t* picture) const {
  write_at(pixels_begin + index * key_.picture_bytes(), picture, key_.picture_bytes());
}

/// Moves each picture down by the number of left-out pictures before it; returns the number of pictures.
std::int64_t CacheWriter::close_gaps(std::span<const std::int64_t> left_out) const {
  std::vector<std::uint8_t> picture(static_cast<std::size_t>(key_.picture_bytes()));
  std::size_t gaps = 0;
  for (std::int64_t from = left_out.empty() ? key_.count : left_out.front(); from < key_.count; ++from) {
    if (gaps < left_out.size() && left_out[gaps] == from) {
      ++gaps;
      continue;
    }
    const ssize_t read =
        ::pread(open_.number(), picture.data(), picture.size(), pixels_begin + from * key_.picture_bytes());
    if (read != static_cast<ssize_t>(picture.size())) throw failed(file_, "read");
    put(from - static_cast<std::int64_t>(gaps), picture.data());
  }
  const std::int64_t count = key_.count - static_cast<std::int64_t>(left_out.size());
  if (::ftruncate(open_.number(), pixels_begin + count * key_.picture_bytes()) != 0) throw failed(file_, "cut");
  return count;
}

void CacheWriter::finish(std::span<const std::int64_t> left_out, const std::string& notes) const {
  const std::int64_t count = close_gaps(left_out);
  const auto size = static_cast<std::size_t>(pixels_begin + count * key_.picture_bytes());
  const Header header =
      make_header(key_, count, pixels_sha256(mapped_pixels(map_file(file_, open_.number(), size))), notes);
  write_at(0, &header, sizeof header);
}

CacheLock::CacheLock(const fs::path& file) {
  make_folder(file.parent_path());
  open_ = FileDescriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!open_.is_open()) throw failed(file, "written");
  if (::flock(open_.number(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  log_info(fmt::format("another process decodes pictures; waiting for {}", file.string()));
  while (::flock(open_.number(), LOCK_EX) != 0 && errno == EINTR) {
  }
}

}  // namespace m2m::data
