#pragma once
// Numbers drawn from a normal distribution.
#include <cstddef>
#include <random>
#include <vector>

namespace m2m::testing {

/// The same numbers for the same seed and library.
inline std::vector<float> normals(std::size_t count, float mean, float deviation, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(mean, deviation);
  std::vector<float> values(count);
  for (float& value : values) value = normal(engine);
  return values;
}

}  // namespace m2m::testing
