#pragma once
// Sixteen float32 side by side, in one AVX-512 register. What its functions do stands in lanes_plain.hpp.
#include <immintrin.h>

#include "kernels/bfloat16.hpp"

namespace m2m::kernels {
namespace {

struct Lanes {
  static constexpr int count = 16;
  __m512 all_of_them;

  static Lanes all(float value) { return {_mm512_set1_ps(value)}; }
  static Lanes load(const float* from) { return {_mm512_loadu_ps(from)}; }
  static Lanes load(const Bf16* from) {
    const __m512i bits = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(bits, 16))};
  }
  void store(float* to) const { _mm512_storeu_ps(to, all_of_them); }
  /// Only in sources compiled for AVX512-BF16.
  void store(Bf16* to) const;

  Lanes plus(Lanes other) const { return {_mm512_add_ps(all_of_them, other.all_of_them)}; }
  Lanes minus(Lanes other) const { return {_mm512_sub_ps(all_of_them, other.all_of_them)}; }
  Lanes plus_product(Lanes a, Lanes b) const {
    return {_mm512_fmadd_ps(a.all_of_them, b.all_of_them, all_of_them)};
  }
  Lanes relu() const {  // max gives its second operand where one is NaN
    return {_mm512_max_ps(_mm512_setzero_ps(), all_of_them)};
  }
  Lanes kept(std::uint16_t mask) const { return {_mm512_maskz_mov_ps(mask, all_of_them)}; }
  std::uint16_t positive() const { return _mm512_cmp_ps_mask(all_of_them, _mm512_setzero_ps(), _CMP_GT_OQ); }
};

}  // namespace
}  // namespace m2m::kernels
