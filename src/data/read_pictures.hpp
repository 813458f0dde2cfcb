#pragma once
// Lists of pictures become arrays of pixels, by way of a cache.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

/// One part of a data set, and the file that keeps its pixels.
struct PicturePart {
  std::string name;  // "train"
  ImageList list;
  std::filesystem::path cache;
};

/// How pictures are read.
struct PictureReading {
  int size = 32;                 // side of the square that each becomes
  bool strict = false;           // pictures for which the decoder library warns are refused
  bool skip_unreadable = false;  // pictures that are missing or cannot be decoded are left out, not refused
  int threads = 0;               // 0: decoder_count()
};

struct ReadPart {
  Images images;                   // [n, 3, size, size], pixels mapped from the cache
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
std::vector<ReadPart> read_pictures(std::span<const PicturePart> parts, const std::filesystem::path& folder,
                                    const PictureReading& how);

}  // namespace m2m::data
