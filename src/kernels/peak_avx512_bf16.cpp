#include <immintrin.h>

#include "kernels/peak_variants.hpp"

namespace m2m::kernels {
namespace {

constexpr int sums = 12;
constexpr int products = 32;  // of an instruction: two for each of its 16 float32 sums

void multiply_add_pairs(std::int64_t rounds, float* values) {
  const __m512bh small = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1e-3F), _mm512_set1_ps(1e-3F));
  const __m512bh one = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1.0F), _mm512_set1_ps(1.0F));
  __m512 sum[sums];
  for (int i = 0; i < sums; ++i) sum[i] = _mm512_loadu_ps(values + i * 16);
  for (; rounds > 0; --rounds) {
    for (int i = 0; i < sums; ++i) sum[i] = _mm512_dpbf16_ps(sum[i], small, one);
  }
  for (int i = 0; i < sums; ++i) _mm512_storeu_ps(values + i * 16, sum[i]);
}

}  // namespace

const PeakLoop peak_avx512_bf16 = {sums * products, multiply_add_pairs};

}  // namespace m2m::kernels
