#pragma once
// Sixteen float32 side by side, for any processor; what the other kinds of lanes are checked against.
#include "kernels/bfloat16.hpp"

namespace m2m::kernels {
namespace {

struct Lanes {
  static constexpr int count = 16;
  float of[count];

  static Lanes all(float value) {
    Lanes result;
    for (float& lane : result.of) lane = value;
    return result;
  }
  static Lanes load(const float* from) {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = from[i];
    return result;
  }
  static Lanes load(const Bf16* from) {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = to_float(from[i]);
    return result;
  }
  void store(float* to) const {
    for (int i = 0; i < count; ++i) to[i] = of[i];
  }
  void store(Bf16* to) const {
    for (int i = 0; i < count; ++i) to[i] = to_bf16(of[i]);
  }
  Lanes plus(const Lanes& other) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = of[i] + other.of[i];
    return result;
  }
  Lanes minus(const Lanes& other) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = of[i] - other.of[i];
    return result;
  }
  /// *this + a * b.
  Lanes plus_product(const Lanes& a, const Lanes& b) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = of[i] + a.of[i] * b.of[i];
    return result;
  }
  /// max(*this, 0); NaN stays NaN.
  Lanes relu() const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = of[i] < 0 ? 0 : of[i];
    return result;
  }
  /// 0 where the mask has no bit.
  Lanes kept(std::uint16_t mask) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.of[i] = (mask >> i & 1) != 0 ? of[i] : 0;
    return result;
  }
  /// A bit for each lane above 0.
  std::uint16_t positive() const {
    unsigned mask = 0;
    for (int i = 0; i < count; ++i) mask |= static_cast<unsigned>(of[i] > 0) << i;
    return static_cast<std::uint16_t>(mask);
  }
};

}  // namespace
}  // namespace m2m::kernels
