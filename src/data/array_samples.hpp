#pragma once
// Features scaled as pixels are: to [0, 1] over the training part.
#include <cstdint>
#include <string>
#include <vector>

#include "data/data_set.hpp"
#include "data/npy.hpp"

namespace m2m::data {

struct FeatureRange {
  double smallest = 0, largest = 1;
};

/// The smallest and largest of all training values; 0 and 1 where there are none. values: finite. Pure.
FeatureRange range_of(const std::vector<float>& values);

/// Moves the range to [0, 1]: (value - smallest) / (largest - smallest). Values outside of it, which test samples
/// may have, stay outside. Where all training values are one, it becomes 0.
void scale_to(const FeatureRange& range, std::vector<float>& values);

// Arrays become samples: pixels or features, and labels.

/// An array and what to call it in error sentences, "FILE: x_train".
struct NamedArray {
  std::string name;
  NpyArray array;
};

/// The smallest and the largest value of an array.
struct Range {
  double least = 0, most = 1;
};

/// Whether x holds features, float32 or float64, and not pixels.
bool is_features(const NamedArray& x);

/// Throws Error (bad_data) where x is neither pixels nor features, or its samples are not like those of `train`.
void check_samples(const NamedArray& x, const NamedArray& train);

/// uint8 [n, h, w], [n, h, w, c] or [n, c, h, w] -> Images of pixels, labelled by y. See read_npz. Pure.
/// Throws Error (bad_data): another shape, or labels that do not fit.
Images pixels_of(const NamedArray& x, const NamedArray& y);

/// Of all values of x, which are float32 or float64. Throws Error (bad_data) where one is not finite or all are
/// equal.
Range range_of(const NamedArray& x);

/// float32 or float64 [n, d] -> Images of features, `range` scaled to 0 .. 1, labelled by y. Pure.
/// Throws Error (bad_data): a value that is not finite, or labels that do not fit.
Images features_of(const NamedArray& x, const NamedArray& y, const Range& range);

}  // namespace m2m::data
