#pragma once
// Many small independent pieces of work, on the threads of this process.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

/// How many threads decode: what the environment's M2M_DECODERS says (1 to 256), else as many as the process may
/// use, but at most 16.
int decode_threads();

struct DecodeFailure {
  std::int64_t item = 0;
  std::string sentence;
};

/// Does work(0) .. work(count - 1), each once, on `threads` threads of which the caller is one. Local.
///
/// Returns those that threw, in order, so the answer does not depend on threads. on_progress: called by the
/// caller's thread every few seconds with how many have been begun.
std::vector<DecodeFailure> parallel_for_each(std::int64_t count, int threads,
                                             const std::function<void(std::int64_t)>& work,
                                             const std::function<void(std::int64_t)>& on_progress = {});

// Lists of pictures become arrays of pixels, by way of a cache.

/// One part of a data set, and the file that keeps its pixels.
struct PictureList {
  std::string name;  // "train"
  ImageList list;
  std::filesystem::path cache;
};

/// How pictures are read.
struct PictureReading {
  int size = 32;                 // side of the square that each becomes
  bool strict = false;           // pictures for which the decoder library warns are refused
  bool skip_unreadable = false;  // pictures that are missing or cannot be decoded are left out, not refused
  int threads = 0;               // 0: decode_threads()
};

/// Notes of all parts of a data set.
struct PictureFaults {
  std::vector<PictureNote> unreadable;  // missing, or cannot be decoded
  std::vector<PictureNote> warned;      // read, although the decoder library warns
  std::vector<PictureNote> failed;      // could not be read from disk: never left out
};

/// Throws Error (bad_data) if any are refused under `how`, naming the setting that helps, or if what would be left
/// out takes all pictures of a part, or of a class in train; Error (input_output) if any failed. Pure.
void check_pictures(std::span<const PictureList> parts, const std::filesystem::path& folder,
                    const PictureFaults& faults, const PictureReading& how);

struct DecodedList {
  Samples samples;                 // [n, 3, size, size], pixels mapped from the cache
  std::string sha256;              // of the list's text and the decoded pixels: the same wherever they lie
  std::vector<PictureNote> notes;  // what is left out of images and sha256, and what the decoder library warns of
};

/// Decodes and resizes the parts' pictures, which lie below `folder`, or maps the caches that hold them already.
///
/// A cache that is cut short, foreign, or was made from another list, size or other pictures (by their sizes and
/// times) is made anew, with a log line. Notes are kept in notes_file(cache). What is left out counts as if it were
/// not listed. Local; processes that want the same cache wait for the one that makes it. The result depends on
/// neither threads nor caches.
/// Throws Error (bad_data), one for all parts, naming the pictures that are refused, or a part or a class of train
/// of which nothing is left; Error (input_output) if a picture cannot be read from disk or a cache not be written.
std::vector<DecodedList> read_pictures(std::span<const PictureList> parts, const std::filesystem::path& folder,
                                       const PictureReading& how);

}  // namespace m2m::data
