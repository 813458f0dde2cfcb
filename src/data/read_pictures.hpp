#pragma once
// Lists of pictures become arrays of pixels, by way of a cache.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/image_list.hpp"

namespace m2m {

/// One part of a data set, and the file that keeps its pixels.
struct PicturePart {
  std::string name;  // "train"
  ImageList list;
  std::filesystem::path cache;
};

struct ReadPart {
  Images images;       // [n, 3, size, size], pixels mapped from the cache
  std::string sha256;  // of the list's text and the decoded pixels: the same wherever they lie
};

/// Decodes and resizes the parts' pictures, which lie below `folder`, or maps the caches that hold them already.
///
/// A cache that is cut short, foreign, or was made from another list, size or other pictures (by their sizes and
/// times) is made anew, with a log line. Local; processes that want the same cache wait for the one that makes it.
/// The result depends on neither threads nor caches. threads: 0 for decoder_count().
/// Throws Error (bad_data), one for all parts, naming what is missing or damaged; Error (input_output) where a
/// cache cannot be written.
std::vector<ReadPart> read_pictures(std::span<const PicturePart> parts, const std::filesystem::path& folder,
                                    int size, int threads = 0);

}  // namespace m2m
