#pragma once
// What intervals and tests of a few seeds take from statistics.
#include <vector>

namespace m2m::report {

/// The quantile .975 of Student's distribution; degrees >= 1.
double student_quantile(int degrees);

/// Exact two-sided p of the sign test: how likely a split at least as uneven is by chance. 1 without signs.
double sign_test(int better, int worse);

/// How many trials of each of two methods show a difference of `difference` between their means, unpaired, both of
/// standard deviation `std`: n = 2 (z_.975 + z_.8)^2 std^2 / difference^2, rounded up and at least 2, which is a
/// two-sided test at 5 % with a power of 80 %. difference > 0, in the unit of std.
long long trials_to_resolve(double std, double difference);

// The mean over seeds, and how far seeds lie apart.

/// Of n values: their mean (NaN without one) and sample standard deviation, divided by n - 1 (NaN below two).
struct Estimate {
  int n = 0;
  double mean = 0;
  double std = 0;
};

Estimate estimate(const std::vector<double>& values);

}  // namespace m2m::report
