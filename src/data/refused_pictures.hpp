#pragma once
// Which pictures of a data set are refused, and the sentence that says so.
#include <filesystem>

#include "data/read_pictures.hpp"

namespace m2m::data {

/// Notes of all parts of a data set.
struct PictureFaults {
  std::vector<PictureNote> unreadable;  // missing, or cannot be decoded
  std::vector<PictureNote> warned;      // read, although the decoder library warns
  std::vector<PictureNote> failed;      // could not be read from disk: never left out
};

/// Throws Error (bad_data) if any are refused under `how`, naming the setting that helps, or if what would be left
/// out takes all pictures of a part, or of a class in train; Error (input_output) if any failed. Pure.
void check_pictures(std::span<const PicturePart> parts, const std::filesystem::path& folder,
                    const PictureFaults& faults, const PictureReading& how);

}  // namespace m2m::data
