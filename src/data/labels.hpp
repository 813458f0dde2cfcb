#pragma once
// What labels of data from outside have to be like.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m {

/// No data set here has as many classes; a label beyond is a slip, not a class.
inline constexpr std::int32_t most_classes = 100'000;

/// How many samples the rarest class has; labels: 0 .. classes-1. `where` is the set in error sentences. Pure.
/// Throws Error (bad_data) where there are fewer than two classes, or one is without a sample.
std::int64_t smallest_class(const std::vector<std::int32_t>& labels, int classes, const std::string& where);

}  // namespace m2m
