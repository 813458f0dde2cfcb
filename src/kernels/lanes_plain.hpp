#pragma once
// Sixteen float32 side by side, for any processor. The reference for the other lanes.
#include "kernels/storage.hpp"

#define M2M_LANES  // the loops check that lanes are included before them

namespace m2m::kernels {
namespace {

struct Lanes {
  static constexpr int count = 16;
  float values[count];

  static Lanes all(float value) {
    Lanes result;
    for (float& lane : result.values) lane = value;
    return result;
  }
  static Lanes load(const float* from) {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = from[i];
    return result;
  }
  static Lanes load(const Bf16* from) {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = to_float(from[i]);
    return result;
  }
  void store(float* to) const {
    for (int i = 0; i < count; ++i) to[i] = values[i];
  }
  void store(Bf16* to) const {
    for (int i = 0; i < count; ++i) to[i] = to_bf16(values[i]);
  }
  Lanes plus(const Lanes& other) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = values[i] + other.values[i];
    return result;
  }
  Lanes minus(const Lanes& other) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = values[i] - other.values[i];
    return result;
  }
  /// *this + a * b.
  Lanes plus_product(const Lanes& a, const Lanes& b) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = values[i] + a.values[i] * b.values[i];
    return result;
  }
  /// max(*this, 0); NaN stays NaN.
  Lanes relu() const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = values[i] < 0 ? 0 : values[i];
    return result;
  }
  /// 0 in each lane whose bit of the mask is not set.
  Lanes masked(std::uint16_t mask) const {
    Lanes result;
    for (int i = 0; i < count; ++i) result.values[i] = (mask >> i & 1) != 0 ? values[i] : 0;
    return result;
  }
  /// Sets the bit of each lane above 0.
  std::uint16_t positive_mask() const {
    unsigned mask = 0;
    for (int i = 0; i < count; ++i) mask |= static_cast<unsigned>(values[i] > 0) << i;
    return static_cast<std::uint16_t>(mask);
  }
};

}  // namespace
}  // namespace m2m::kernels
