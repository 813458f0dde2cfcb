#pragma once
// The loop of measured_peak, compiled once per instruction set (rules: conv3x3_loops.hpp).
#include "kernels/kernel_set.hpp"

#ifndef M2M_LANES
#error "include a lanes_*.hpp first: the loops are compiled for these lanes"
#endif

namespace m2m::kernels {
namespace {

/// sums: as many as fit into the registers. Each becomes sum * 0.5 + 1, which neither overflows nor vanishes.
template <int sums>
void multiply_add(std::int64_t rounds, float* values) {
  static_assert(sums * Lanes::count <= peak_values);
  const Lanes half = Lanes::all(0.5F);
  const Lanes one = Lanes::all(1.0F);
  Lanes sum[sums];
  for (int i = 0; i < sums; ++i) sum[i] = Lanes::load(values + i * Lanes::count);
  for (; rounds > 0; --rounds) {
    for (int i = 0; i < sums; ++i) sum[i] = one.plus_product(sum[i], half);
  }
  for (int i = 0; i < sums; ++i) sum[i].store(values + i * Lanes::count);
}

template <int sums>
constexpr PeakLoop peak_loop = {sums* Lanes::count, multiply_add<sums>};

}  // namespace
}  // namespace m2m::kernels
