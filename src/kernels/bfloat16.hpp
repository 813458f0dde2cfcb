#pragma once
// bfloat16: the upper half of a float32, eight bits of precision and float32's range.
#include <bit>
#include <cstdint>

namespace m2m::kernels {

struct Bf16 {
  std::uint16_t bits;
};

inline float to_float(Bf16 value) { return std::bit_cast<float>(std::uint32_t{value.bits} << 16); }

/// The nearest bfloat16, the even one on a tie; a NaN stays one.
inline Bf16 to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
  const std::uint32_t rounded = is_nan ? bits | 0x00400000U : bits + 0x7fffU + ((bits >> 16) & 1U);
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

}  // namespace m2m::kernels
