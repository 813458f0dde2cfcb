#pragma once
// AVX-512 lanes for processors that round to bfloat16 themselves.
#include "kernels/lanes_avx512.hpp"

namespace m2m::kernels {
namespace {

inline void Lanes::store(Bf16* to) const {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), (__m256i)_mm512_cvtneps_pbh(all_of_them));
}

}  // namespace
}  // namespace m2m::kernels
