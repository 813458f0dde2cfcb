#include "report/statistics.hpp"

#include <algorithm>
#include <array>
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

Interval central_interval(std::vector<double> values) {
  if (values.empty() || std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); }))
    return {};
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {quantile(0.025), quantile(0.975)};
}

double student_quantile(int degrees) {
  constexpr std::array table = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees <= static_cast<int>(table.size())) return table[static_cast<std::size_t>(degrees) - 1];
  // The Cornish-Fisher expansion about the normal quantile has four correct digits from 30 degrees on.
  constexpr double z = 1.959964;
  const double n = degrees;
  return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

double sign_test(int better, int worse) {
  const int n = better + worse;
  double tail = 0, binomial = std::pow(0.5, n);
  for (int i = 0; i <= std::min(better, worse); ++i) {
    tail += binomial;
    binomial *= static_cast<double>(n - i) / (i + 1);
  }
  return std::min(1.0, 2 * tail);
}

long long trials_to_resolve(double std, double difference) {
  constexpr double z_975 = 1.959964, z_8 = 0.841621;
  const double z = z_975 + z_8;
  return std::max(2LL, std::llround(std::ceil(2 * z * z * std * std / (difference * difference))));
}

}  // namespace m2m::report
