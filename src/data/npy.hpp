#pragma once
// NumPy's .npy arrays.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::data {

/// An array as it is stored in a file: little-endian, last index fastest.
struct NpyArray {
  std::string type;                 // NumPy's letter and bytes per value: "u1", "f4", "i8"
  std::vector<std::int64_t> shape;  // [] for a single number
  std::string_view bytes;           // of all values
};

/// Parses an .npy file of format 1 or 2; the array's bytes are a view into `file`. name: the array in errors. Pure.
/// Throws Error (bad_data) if the file has another format, is big-endian, in column order or structured, or if its
/// length does not match the shape.
NpyArray parse_npy(std::string_view file, const std::string& name);

/// A shape as NumPy prints it, for example "(50000, 32, 32, 3)". Pure.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace m2m::data
