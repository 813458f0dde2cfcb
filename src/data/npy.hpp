#pragma once
// NumPy's files of one array, and archives of them.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// An array as it lies in a file: little-endian, the last index fastest.
struct NpyArray {
  std::string type;                 // NumPy's letter and the bytes of a value: "u1", "f4", "i8"
  std::vector<std::int64_t> shape;  // [] for a single number
  std::string_view bytes;           // of all values
};

/// Reads an .npy file of format 1 or 2; the array's bytes are a view into `file`. Pure. `name` is the array in
/// error sentences. Throws Error (bad_data): another format, big-endian, column order, structures, and a length
/// that is not what the shape says.
NpyArray parse_npy(std::string_view file, const std::string& name);

/// (50000, 32, 32, 3), as NumPy prints shapes.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// The files of those names in a zip archive, unpacked and their checksums verified; absent ones are left out.
/// Local. Throws Error (bad_data) naming `archive` if it is missing, no archive, or damaged.
std::map<std::string, std::string> unzip(const std::filesystem::path& archive,
                                         const std::vector<std::string>& names);

/// The names of all files in a zip archive, in its order. Local. Throws as unzip does.
std::vector<std::string> zip_names(const std::filesystem::path& archive);

}  // namespace m2m::data
