#pragma once
// NumPy's arrays (.npy), and how they become samples: pixels or features, and labels.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_set.hpp"

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

/// Smallest and largest of some values.
struct ValueRange {
  double smallest = 0, largest = 1;
};

/// Smallest and largest of `values`, which are finite; 0 and 1 if there are none. Pure.
ValueRange value_range(const std::vector<float>& values);

/// Maps the range to [0, 1] in place: (value - smallest) / (largest - smallest). Values outside of the range, which
/// test samples may have, stay outside. If smallest = largest, only subtracts smallest.
void scale_to_unit(const ValueRange& range, std::vector<float>& values);

/// An array and its name in errors, for example "FILE: x_train".
struct NamedArray {
  std::string name;
  NpyArray array;
};

/// True if x holds features (float32 or float64) and not pixels. Pure.
bool holds_features(const NamedArray& x);

/// Throws Error (bad_data) if x holds neither pixels nor features, or if its samples differ in type or shape from
/// those of `train`. Pure.
void check_same_kind(const NamedArray& x, const NamedArray& train);

/// Converts uint8 [n, h, w], [n, h, w, c] or [n, c, h, w] to samples of pixels with the labels y; see read_npz.
/// Pure.
/// Throws Error (bad_data) if x has another shape or y is not a label per sample.
Samples samples_from_pixels(const NamedArray& x, const NamedArray& y);

/// Smallest and largest value of x, which is float32 or float64. Pure.
/// Throws Error (bad_data) if a value is not finite or all values are equal.
ValueRange value_range(const NamedArray& x);

/// Converts float32 or float64 [n, d] to samples of features, with `range` scaled to [0, 1], and the labels y.
/// Pure.
/// Throws Error (bad_data) if a value is not finite or y is not a label per sample.
Samples samples_from_features(const NamedArray& x, const NamedArray& y, const ValueRange& range);

}  // namespace m2m::data
