#pragma once
// Decodes lists of pictures on several threads into arrays of pixels, by way of caches.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/picture_notes.hpp"

namespace m2m::data {

/// Number of decoding threads: M2M_DECODERS of the environment (1 to 256); by default the cores of the affinity
/// mask, at most 16.
int decode_threads();

/// One part of a data set, and the file that caches its pixels.
struct PictureList {
  std::string name;  // "train"
  ImageList list;
  std::filesystem::path cache;
};

/// Options of reading pictures.
struct PictureReading {
  int size = 32;                 // side of the square that each picture becomes
  bool strict = false;           // refuses pictures for which the decoder library warns
  bool skip_unreadable = false;  // leaves out pictures that are missing or cannot be decoded; default: refuses
  int threads = 0;               // 0: decode_threads()
};

/// Notes of all parts of a data set.
struct PictureFaults {
  std::vector<PictureNote> unreadable;  // missing or not decodable
  std::vector<PictureNote> warned;      // read with a warning of the decoder library
  std::vector<PictureNote> failed;      // not readable from disk; never left out
};

/// Throws Error (bad_data) if `how` refuses a picture, and names the setting that helps; also if the unreadable
/// pictures are all pictures of a part, or of a class of train. Throws Error (input_output) if a picture could not
/// be read from disk. Pure.
void check_pictures(std::span<const PictureList> parts, const std::filesystem::path& folder,
                    const PictureFaults& faults, const PictureReading& how);

/// The samples of one part.
struct DecodedList {
  Samples samples;                 // [n, 3, size, size], pixels mapped from the cache
  std::string sha256;              // of the list's text and the decoded pixels; independent of the folder
  std::vector<PictureNote> notes;  // pictures left out of samples and sha256, and warnings
};

/// Decodes and resizes the pictures of the parts, which are below `folder`, or maps the caches that hold them.
///
/// A cache that is cut short, foreign, or made from another list, size or other pictures (by their sizes and times)
/// is made again, with a log line. Notes are kept in notes_file(cache). A picture that is left out counts as not
/// listed. Local; processes that want the same cache wait for the one that makes it. The result depends neither on
/// threads nor on caches.
/// Throws Error (bad_data), one for all parts, if pictures are refused or nothing is left of a part or of a class
/// of train. Throws Error (input_output) if a picture cannot be read from disk or a cache cannot be written.
std::vector<DecodedList> read_pictures(std::span<const PictureList> parts, const std::filesystem::path& folder,
                                       const PictureReading& how);

}  // namespace m2m::data
