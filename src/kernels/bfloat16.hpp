#pragma once
// bfloat16: the upper half of a float32, eight bits of precision and float32's range.
#include <cstdint>
#include <cstring>

namespace m2m::kernels {

struct Bf16 {
  std::uint16_t bits;
};

inline float to_float(Bf16 value) {
  const std::uint32_t bits = std::uint32_t{value.bits} << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);  // nvcc's dialect has no std::bit_cast
  return wide;
}

/// The nearest bfloat16, the even one on a tie; a NaN stays one.
inline Bf16 to_bf16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
  const std::uint32_t rounded = is_nan ? bits | 0x00400000U : bits + 0x7fffU + ((bits >> 16) & 1U);
  return {static_cast<std::uint16_t>(rounded >> 16)};
}

}  // namespace m2m::kernels
