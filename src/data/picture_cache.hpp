#pragma once
// A file of decoded pictures, mapped where it is there: decoding ImageNet takes an hour, mapping it a moment.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/shared_array.hpp"

namespace m2m {

/// What a cache holds: `count` pictures of [3, size, size], in the order of their list.
struct CacheKey {
  std::int64_t count = 0;
  int size = 0;
  std::string list_sha256;   // of list_text
  std::string files_sha256;  // of the pictures' paths, sizes and times
  std::int64_t picture_bytes() const { return std::int64_t{3} * size * size; }
};

struct CachedPixels {
  SharedArray<std::uint8_t> pixels;  // [count, 3, size, size], mapped
  std::string sha256;                // of them
};

/// Maps `file` where it holds what `key` says, all its pixels checked once; the file may then be replaced, but not
/// written to. Nothing where it is absent, or where it is not that file: `reason` then says why ("is cut short").
/// Local. Throws Error (input_output) where it is there and cannot be read.
std::optional<CachedPixels> open_cache(const std::filesystem::path& file, const CacheKey& key, std::string& reason);

/// A cache that is being made. Local; `put` may be called by many threads at once.
class CacheWriter {
 public:
  /// Opens `file`, which is made anew with room for all pictures. Throws Error (input_output): a full disk.
  CacheWriter(const std::filesystem::path& file, const CacheKey& key);
  ~CacheWriter();
  CacheWriter(const CacheWriter&) = delete;
  CacheWriter& operator=(const CacheWriter&) = delete;

  /// picture: [3, size, size] bytes. Throws Error (input_output).
  void put(std::int64_t index, const std::uint8_t* picture) const;
  /// Writes the header, after which the file is one. Throws Error (input_output).
  void finish() const;

 private:
  void write_at(std::int64_t offset, const void* bytes, std::int64_t size) const;
  std::filesystem::path file_;
  CacheKey key_;
  int handle_ = -1;
};

/// Keeps others from making the same cache: one process of a node or a cluster decodes, the others wait and then
/// find it. Where the file system knows no locks, none waits.
class CacheLock {
 public:
  /// Waits for `file`, which is made and stays. Throws Error (input_output) where it cannot be made.
  explicit CacheLock(const std::filesystem::path& file);
  ~CacheLock();
  CacheLock(const CacheLock&) = delete;
  CacheLock& operator=(const CacheLock&) = delete;

 private:
  int handle_ = -1;
};

}  // namespace m2m
