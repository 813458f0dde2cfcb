#pragma once
// A file of decoded pictures, mapped where it is there: decoding ImageNet takes an hour, mapping it a moment.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/files.hpp"
#include "data/data_set.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

/// What a cache is made from: a list of `count` pictures, which become [3, size, size], in its order.
struct CacheKey {
  std::int64_t count = 0;
  int size = 0;
  std::string list_sha256;   // of list_text
  std::string files_sha256;  // of the pictures' paths, sizes and times
  std::int64_t picture_bytes() const { return std::int64_t{3} * size * size; }
};

struct CachedPixels {
  SharedArray<std::uint8_t> pixels;  // [n, 3, size, size], mapped; n: the list's pictures that are not left out
  std::string sha256;                // of them
  std::vector<PictureNote> notes;    // from the file beside the cache
};

/// Maps `file` if it was made from what `key` says, all its pixels checked once; the file may then be replaced, but
/// not written to. Nothing if it is absent or not that file, or its notes are not those that were written with it:
/// `reason` then says why ("is cut short"). Local. Throws Error (input_output) if it is there and cannot be read.
std::optional<CachedPixels> open_cache(const std::filesystem::path& file, const CacheKey& key, std::string& reason);

/// A cache that is being made. Local; `put` may be called by many threads at once.
class CacheWriter {
 public:
  /// Opens `file`, which is made anew with room for all pictures. Throws Error (input_output): a full disk.
  CacheWriter(const std::filesystem::path& file, const CacheKey& key);

  /// picture: [3, size, size] bytes. Throws Error (input_output).
  void put(std::int64_t index, const std::uint8_t* picture) const;
  /// Closes the gaps of pictures that were not put, and writes the header, after which the file is one. left_out:
  /// their indices, in order; notes: the text of the file beside the cache. Throws Error (input_output).
  void finish(std::span<const std::int64_t> left_out = {}, const std::string& notes = "") const;

 private:
  void write_at(std::int64_t offset, const void* bytes, std::int64_t size) const;
  std::int64_t close_gaps(std::span<const std::int64_t> left_out) const;
  std::filesystem::path file_;
  CacheKey key_;
  FileDescriptor open_;
};

/// Keeps others from making the same cache: one process of a node or a cluster decodes, the others wait and then
/// find it. Where the file system knows no locks, none waits.
class CacheLock {
 public:
  /// Waits for `file`, which is made and stays. Throws Error (input_output) where it cannot be made.
  explicit CacheLock(const std::filesystem::path& file);

 private:
  FileDescriptor open_;
};

}  // namespace m2m::data
