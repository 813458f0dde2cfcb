#pragma once
// Sixteen float32 side by side, in one AVX-512 register. lanes_plain.hpp documents the functions.
#include <immintrin.h>

#include "kernels/storage.hpp"

#define M2M_LANES  // the loops check that lanes are included before them

namespace m2m::kernels {
namespace {

struct Lanes {
  static constexpr int count = 16;
  __m512 value;

  static Lanes all(float number) { return {_mm512_set1_ps(number)}; }
  static Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Lanes load(const Bf16* from) {
    const __m512i bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16))};
  }
  void store(float* to) const { _mm512_storeu_ps(to, value); }
#ifdef __AVX512BF16__  // processors without it store no Bf16 from these lanes: lanes_avx2.hpp does
  void store(Bf16* to) const {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(value));
  }
#endif
  Lanes plus(Lanes other) const { return {_mm512_add_ps(value, other.value)}; }
  Lanes minus(Lanes other) const { return {_mm512_sub_ps(value, other.value)}; }
  Lanes plus_product(Lanes a, Lanes b) const { return {_mm512_fmadd_ps(a.value, b.value, value)}; }
  Lanes relu() const {  // max returns its second operand if one is NaN
    return {_mm512_max_ps(_mm512_setzero_ps(), value)};
  }
  Lanes masked(std::uint16_t mask) const { return {_mm512_maskz_mov_ps(mask, value)}; }
  std::uint16_t positive_mask() const { return _mm512_cmp_ps_mask(value, _mm512_setzero_ps(), _CMP_GT_OQ); }
};

}  // namespace
}  // namespace m2m::kernels
