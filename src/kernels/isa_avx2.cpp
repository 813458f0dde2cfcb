// Kernels for processors with AVX2 and FMA.
#include "kernels/lanes_avx2.hpp"
// The loops follow their lanes.
#include "kernels/batch_norm_loops.hpp"
#include "kernels/conv3x3_loops.hpp"
#include "kernels/peak_loops.hpp"
#include "kernels/winograd_loops.hpp"

namespace m2m::kernels {
namespace {

/// WidenedProducts, with pairs of Bf16 taken apart in registers.
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

constinit const KernelSet kernels_avx2 = {
    // Four pixels: eight of sixteen registers hold sums, enough for the FMAs in flight.
    .float32 = {.conv3x3 = convolve_direct<Float32Products<4, 1>>,
                .batch_norm = &batch_norm_fns<float>,
                .peak = &peak_loop<6>},
    .bf16 = {.conv3x3 = convolve_direct<Avx2Widened>, .batch_norm = &batch_norm_fns<Bf16>, .peak = &peak_loop<6>},
    .winograd = convolve_winograd<4, 1>,
};

}  // namespace m2m::kernels
