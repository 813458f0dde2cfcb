#pragma once
// Means, intervals and tests of a few seeds.
#include <limits>
#include <vector>

namespace m2m::report {

/// n values: their mean (NaN if n = 0) and sample standard deviation, divided by n - 1 (NaN if n < 2).
struct Estimate {
  int n = 0;
  double mean = 0;
  double std = 0;
};

/// Takes mean and standard deviation of the values. Pure.
Estimate estimate(const std::vector<double>& values);

/// The bounds of an interval; NaN if there is none.
struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// The 2.5 and 97.5 % quantiles of the values, interpolated linearly between neighbours: quantile q of n values
/// lies at position q (n - 1) in their order. NaN if there are no values or one is NaN. Pure.
Interval central_interval(std::vector<double> values);

/// The 0.975 quantile of Student's t distribution; degrees >= 1. Pure.
double student_quantile(int degrees);

/// Exact two-sided p of the sign test: the probability of a split at least as uneven; 1 without signs. Pure.
double sign_test(int better, int worse);

/// Trials that each of two methods needs to show that their means differ by `difference`. The comparison is
/// unpaired, both methods have standard deviation `std`. n = 2 (z_0.975 + z_0.8)^2 std^2 / difference^2, rounded up
/// and at least 2: a two-sided test at 5 % with a power of 80 %. difference > 0, in the unit of std. Pure.
long long trials_to_resolve(double std, double difference);

}  // namespace m2m::report
