#include "report/estimate.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace m2m::report {

Estimate estimate(const std::vector<double>& values) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<int>(values.size());
  if (n == 0) return {0, none, none};
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {n, mean, n < 2 ? none : std::sqrt(squares / (n - 1))};
}

}  // namespace m2m::report
