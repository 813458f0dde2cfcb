#pragma once
// The long-tailed subsets that a golden file may describe.
#include "core/class_counts.hpp"

namespace m2m::parity {

struct Subset {
  const char* name;  // in the golden file, under subset/
  const char* data_set;
  int classes;
  std::int64_t largest;
  double ratio;
};

inline constexpr Subset subsets[] = {{"c10_r10", "cifar10", 10, 5000, 10},
                                     {"c10_r100", "cifar10", 10, 5000, 100},
                                     {"c100_r10", "cifar100", 100, 500, 10},
                                     {"c100_r100", "cifar100", 100, 500, 100}};

/// How the program that counted `counts` rounded: floating point decides the last class, by library.
inline Rounding rounding_of(const Subset& subset, const ClassCounts& counts) {
  const ClassCounts field = long_tail_counts(subset.largest, subset.ratio, subset.classes, Rounding::field);
  return counts == field ? Rounding::field : Rounding::truncated;
}

}  // namespace m2m::parity
