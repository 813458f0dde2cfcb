#pragma once
// How far numbers lie from others, all together.
#include <cmath>
#include <cstddef>

namespace m2m::testing {

/// ||got - expected|| / ||expected||, of as many values as `expected` has.
template <typename Got, typename Expected>
double relative_error(const Got& got, const Expected& expected) {
  double squares = 0, errors = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double value = expected[i], error = static_cast<double>(got[i]) - value;
    errors += error * error;
    squares += value * value;
  }
  return std::sqrt(errors / squares);
}

}  // namespace m2m::testing
