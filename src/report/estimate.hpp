#pragma once
// The mean over seeds, and how far seeds lie apart.
#include <vector>

namespace m2m::report {

/// Of n values: their mean (NaN without one) and sample standard deviation, divided by n - 1 (NaN below two).
struct Estimate {
  int n = 0;
  double mean = 0;
  double std = 0;
};

Estimate estimate(const std::vector<double>& values);

}  // namespace m2m::report
