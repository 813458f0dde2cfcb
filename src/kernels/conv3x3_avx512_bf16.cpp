#include "kernels/lanes_avx512_bf16.hpp"
// First the lanes.
#include "kernels/conv3x3_tile.hpp"
#include "kernels/conv3x3_variants.hpp"

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
    return {_mm512_dpbf16_ps(sum.all_of_them, (__m512bh)input, (__m512bh)weight)};
  }
};

}  // namespace

void conv3x3_avx512_bf16(const Convolution& conv, const ConvBuffers<Bf16>& memory) {
  convolve<Bf16Products>(conv, memory);
}

}  // namespace m2m::kernels
