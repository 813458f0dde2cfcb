#include "kernels/lanes_avx2.hpp"
// First the lanes.
#include "kernels/conv3x3_float32.hpp"
#include "kernels/conv3x3_variants.hpp"

namespace m2m::kernels {
namespace {

struct Avx2Widened : WidenedProducts<4, 1> {
  static Lanes upper_halves(__m256i low, __m256i high) {
    const __m256i mask = _mm256_set1_epi32(static_cast<int>(0xffff0000U));
    return {_mm256_castsi256_ps(_mm256_and_si256(low, mask)), _mm256_castsi256_ps(_mm256_and_si256(high, mask))};
  }
  static Lanes lower_halves(__m256i low, __m256i high) {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(low, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(high, 16))};
  }
  static Weight weight(const Bf16* from) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + Lanes::count));
    return {lower_halves(low, high), upper_halves(low, high)};
  }
  static Input input(const Bf16* from) {
    int pair;
    __builtin_memcpy(&pair, from, sizeof pair);
    const __m256i pairs = _mm256_set1_epi32(pair);
    return {lower_halves(pairs, pairs), upper_halves(pairs, pairs)};
  }
};

}  // namespace

// Four pixels: eight of sixteen registers hold sums, enough for the FMAs in flight.
void conv3x3_avx2(const Convolution& conv, const ConvBuffers<float>& memory) {
  convolve<Float32Products<4, 1>>(conv, memory);
}
void conv3x3_avx2(const Convolution& conv, const ConvBuffers<Bf16>& memory) { convolve<Avx2Widened>(conv, memory); }

}  // namespace m2m::kernels
