#include "results/half.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace m2m::results {
namespace {

constexpr std::uint32_t infinite_bits = 0x7C00;
constexpr float first_infinite = 65520.0F;  // half-way from the largest float16, 65504, to 65536
constexpr float first_normal = 0x1p-14F;
constexpr std::uint32_t exponent_shift = 112U << 23;  // the biases are 127 and 15

/// value >= 0 and below first_infinite.
std::uint32_t rounded(float value) {
  // Below the normals a float16 is a multiple of 2^-24; adding 0.5, whose last bit is worth just that, rounds to
  // one.
  if (value < first_normal) return std::bit_cast<std::uint32_t>(value + 0.5F) - std::bit_cast<std::uint32_t>(0.5F);
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value) - exponent_shift;
  const std::uint32_t odd = bits >> 13 & 1;
  return (bits + 0x0FFF + odd) >> 13;
}

}  // namespace

std::uint16_t half_from_float(float value) {
  const std::uint32_t sign = std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000;
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  const float size = std::fabs(value);
  return static_cast<std::uint16_t>(sign | (size >= first_infinite ? infinite_bits : rounded(size)));
}

float float_from_half(std::uint16_t bits) {
  const std::uint32_t size = bits & 0x7FFF;
  float value = 0;
  if (size >= infinite_bits) {
    value =
        size == infinite_bits ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  } else if (size < 0x0400) {
    value = static_cast<float>(size) * 0x1p-24F;
  } else {
    value = std::bit_cast<float>((size << 13) + exponent_shift);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

}  // namespace m2m::results
