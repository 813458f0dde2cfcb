#pragma once
// Checks on labels of data from outside.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m::data {

/// No data set here has as many classes; a label beyond is a slip, not a class.
inline constexpr std::int32_t most_classes = 100'000;

/// The labels of a data set's parts, 0 .. K-1; validation may be empty.
struct PartLabels {
  const std::vector<std::int32_t>&train, &validation, &test;
};

/// Training samples of the rarest of `classes` classes. `where` is the set in error sentences. Pure.
/// Throws Error (bad_data) with what to do about it if there are fewer than two classes, or one has no training
/// sample: labels that do not begin at 0, that have a gap, or that only validation or test have.
std::int64_t smallest_class(const PartLabels& labels, int classes, const std::string& where);

}  // namespace m2m::data
