#pragma once
// Sixteen float32 side by side, in two AVX2 registers. lanes_plain.hpp documents the functions.
#include <immintrin.h>

#include "kernels/storage.hpp"

#define M2M_LANES  // the loops check that lanes are included before them

namespace m2m::kernels {
namespace {

struct Lanes {
  static constexpr int count = 16;
  __m256 low, high;

  static Lanes all(float value) { return {_mm256_set1_ps(value), _mm256_set1_ps(value)}; }
  static Lanes load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
  static __m256 widened(const Bf16* from) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  static Lanes load(const Bf16* from) { return {widened(from), widened(from + 8)}; }
  void store(float* to) const {
    _mm256_storeu_ps(to, low);
    _mm256_storeu_ps(to + 8, high);
  }
  /// to_bf16 of each, in the lower halves.
  static __m256i rounded(__m256 values) {
    const __m256i bits = _mm256_castps_si256(values);
    const __m256i is_odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), is_odd);
    const __m256 is_nan = _mm256_cmp_ps(values, values, _CMP_UNORD_Q);
    const __m256 quiet = _mm256_castsi256_ps(_mm256_or_si256(bits, _mm256_set1_epi32(0x400000)));
    return _mm256_srli_epi32(_mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(sum), quiet, is_nan)), 16);
  }
  void store(Bf16* to) const {
    const __m256i packed = _mm256_packus_epi32(rounded(low), rounded(high));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permute4x64_epi64(packed, 0b11011000));
  }
  Lanes plus(Lanes other) const { return {_mm256_add_ps(low, other.low), _mm256_add_ps(high, other.high)}; }
  Lanes minus(Lanes other) const { return {_mm256_sub_ps(low, other.low), _mm256_sub_ps(high, other.high)}; }
  Lanes plus_product(Lanes a, Lanes b) const {
    return {_mm256_fmadd_ps(a.low, b.low, low), _mm256_fmadd_ps(a.high, b.high, high)};
  }
  Lanes relu() const {  // max returns its second operand if one is NaN
    const __m256 zeros = _mm256_setzero_ps();
    return {_mm256_max_ps(zeros, low), _mm256_max_ps(zeros, high)};
  }
  /// Expands bits `first` to `first` + 7 of the mask: all bits of a lane are set if its bit is.
  static __m256 expand_mask(std::uint16_t mask, int first) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i lane_bits = _mm256_and_si256(_mm256_set1_epi32(mask >> first), bits);
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(lane_bits, bits));
  }
  Lanes masked(std::uint16_t mask) const {
    return {_mm256_and_ps(expand_mask(mask, 0), low), _mm256_and_ps(expand_mask(mask, 8), high)};
  }
  std::uint16_t positive_mask() const {
    const __m256 zeros = _mm256_setzero_ps();
    const int lower = _mm256_movemask_ps(_mm256_cmp_ps(low, zeros, _CMP_GT_OQ));
    const int upper = _mm256_movemask_ps(_mm256_cmp_ps(high, zeros, _CMP_GT_OQ));
    return static_cast<std::uint16_t>(lower | upper << 8);
  }
};

}  // namespace
}  // namespace m2m::kernels
