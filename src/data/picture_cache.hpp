#pragma once
// A file of decoded pictures, memory-mapped: decoding ImageNet takes an hour, mapping the file a moment.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/files.hpp"
#include "data/data_set.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

/// What a cache is made from: a list of `count` pictures, each resized to [3, size, size], in list order.
struct CacheKey {
  std::int64_t count = 0;
  int size = 0;
  std::string list_sha256;   // of list_text
  std::string files_sha256;  // of the pictures' paths, sizes and times
  std::int64_t picture_bytes() const { return std::int64_t{3} * size * size; }
};

/// Pixels of an opened cache and the notes about its pictures.
struct CachedPixels {
  SharedArray<std::uint8_t> pixels;  // [n, 3, size, size], mapped; n: pictures of the list that are not left out
  std::string sha256;                // of the pixels
  std::vector<PictureNote> notes;    // from the file beside the cache
};

/// Maps `file` if it was made from `key`, and checks the hash of its pixels. The file may be replaced afterwards,
/// but not written to. Returns nothing if the file is absent, foreign or damaged, or if its notes differ from those
/// written with it; unless it is absent, `reason` then says why ("is cut short"). Local. Throws Error
/// (input_output) if the file exists but cannot be read.
std::optional<CachedPixels> open_cache(const std::filesystem::path& file, const CacheKey& key, std::string& reason);

/// Writes a cache. Local; `put` is thread-safe.
class CacheWriter {
 public:
  /// Creates `file` and allocates the space of all pictures. Throws Error (input_output), for example if the disk
  /// is full.
  CacheWriter(const std::filesystem::path& file, const CacheKey& key);

  /// Writes one picture, [3, size, size] bytes. Throws Error (input_output).
  void put(std::int64_t index, const std::uint8_t* picture) const;
  /// Closes the gaps of pictures that were not put and writes the header, which makes the file valid. left_out:
  /// their indices, ascending; notes: text of the file beside the cache. Throws Error (input_output).
  void finish(std::span<const std::int64_t> left_out = {}, const std::string& notes = "") const;

 private:
  void write_at(std::int64_t offset, const void* bytes, std::int64_t size) const;
  std::int64_t close_gaps(std::span<const std::int64_t> left_out) const;
  std::filesystem::path file_;
  CacheKey key_;
  FileDescriptor open_;
};

/// A lock on the making of a cache: one process of a node or cluster decodes, the others wait and then find the
/// cache. Without support of the file system for locks, no process waits.
class CacheLock {
 public:
  /// Waits for the lock on `file`, which is created and stays. Throws Error (input_output) if it cannot be created.
  explicit CacheLock(const std::filesystem::path& file);

 private:
  FileDescriptor open_;
};

}  // namespace m2m::data
