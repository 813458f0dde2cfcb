// Kernels for processors that multiply and round bfloat16 themselves (AVX512-BF16).
#include "kernels/lanes_avx512.hpp"
// The loops follow their lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/conv3x3_loops.hpp"

namespace m2m::kernels {
namespace {

/// Pairs of Bf16 products, added up in float32 by one instruction.
struct Bf16Products {
  using Value = Bf16;
  using Weight = __m512i;
  using Input = __m512i;
  static constexpr int group = 2, pixels = 8, blocks = 2;

  static Weight weight(const Bf16* from) { return _mm512_loadu_si512(from); }
  static Input input(const Bf16* from) {
    int pair;
    __builtin_memcpy(&pair, from, sizeof pair);
    return _mm512_set1_epi32(pair);
  }
  static Lanes add(Lanes sum, Input input, Weight weight) {
    return {_mm512_dpbf16_ps(sum.value, (__m512bh)input, (__m512bh)weight)};
  }
};

constexpr int peak_sums = 12;
constexpr int products_of_an_instruction = 32;  // two for each of its 16 float32 sums

void multiply_add_pairs(std::int64_t rounds, float* values) {
  const __m512bh small = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1e-3F), _mm512_set1_ps(1e-3F));
  const __m512bh one = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1.0F), _mm512_set1_ps(1.0F));
  __m512 sum[peak_sums];
  for (int i = 0; i < peak_sums; ++i) sum[i] = _mm512_loadu_ps(values + i * 16);
  for (; rounds > 0; --rounds) {
    for (int i = 0; i < peak_sums; ++i) sum[i] = _mm512_dpbf16_ps(sum[i], small, one);
  }
  for (int i = 0; i < peak_sums; ++i) _mm512_storeu_ps(values + i * 16, sum[i]);
}

constexpr PeakLoop peak_pairs = {peak_sums * products_of_an_instruction, multiply_add_pairs};

}  // namespace

constinit const KernelSet kernels_avx512_bf16 = {
    .bf16 = {.conv3x3 = convolve_direct<Bf16Products>, .batch_norm = &batch_norm_fns<Bf16>, .peak = &peak_pairs},
};

}  // namespace m2m::kernels
