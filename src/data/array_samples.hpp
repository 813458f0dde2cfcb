#pragma once
// Turns arrays into samples: pixels or features, and labels. Features are scaled to [0, 1] over the training part.
#include <cstdint>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/npy.hpp"

namespace m2m::data {

/// The smallest and the largest of some values.
struct ValueRange {
  double smallest = 0, largest = 1;
};

/// The smallest and largest of all training values; 0 and 1 where there are none. values: finite. Pure.
ValueRange value_range(const std::vector<float>& values);

/// Moves the range to [0, 1]: (value - smallest) / (largest - smallest). Values outside of it, which test samples
/// may have, stay outside. Where all training values are one, it becomes 0.
void scale_to_unit(const ValueRange& range, std::vector<float>& values);

/// An array and what to call it in error sentences, "FILE: x_train".
struct NamedArray {
  std::string name;
  NpyArray array;
};

/// Whether x holds features, float32 or float64, and not pixels.
bool holds_features(const NamedArray& x);

/// Throws Error (bad_data) where x is neither pixels nor features, or its samples are not like those of `train`.
void check_same_kind(const NamedArray& x, const NamedArray& train);

/// uint8 [n, h, w], [n, h, w, c] or [n, c, h, w] -> Images of pixels, labelled by y. See read_npz. Pure.
/// Throws Error (bad_data): another shape, or labels that do not fit.
Samples samples_from_pixels(const NamedArray& x, const NamedArray& y);

/// Of all values of x, which are float32 or float64. Throws Error (bad_data) where one is not finite or all are
/// equal.
ValueRange value_range(const NamedArray& x);

/// float32 or float64 [n, d] -> Images of features, `range` scaled to 0 .. 1, labelled by y. Pure.
/// Throws Error (bad_data): a value that is not finite, or labels that do not fit.
Samples samples_from_features(const NamedArray& x, const NamedArray& y, const ValueRange& range);

}  // namespace m2m::data
