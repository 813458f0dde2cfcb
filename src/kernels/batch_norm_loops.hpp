#pragma once
// The loops of batch normalisation, compiled once per instruction set (rules: conv3x3_loops.hpp).
#include "kernels/kernel_set.hpp"

#ifndef M2M_LANES
#error "include a lanes_*.hpp first: the loops are compiled for these lanes"
#endif

namespace m2m::kernels {
namespace {

constexpr int rows_of_a_partial_sum = 64;  // few enough that a float32 sum loses no precision that matters

inline void add_lanes(const Lanes& partial, double* sums) {
  float values[Lanes::count];
  partial.store(values);
  for (int i = 0; i < Lanes::count; ++i) sums[i] += values[i];
}

/// Calls each(offset of the value) for the rows [first, last) of one strip of 16 channels.
template <typename Each>
[[gnu::always_inline]] inline void for_rows(std::int64_t first, std::int64_t last, int channels, int strip,
                                            Each each) {
  for (std::int64_t row = first; row < last; ++row) each(row * channels + strip);
}

/// Calls terms(offset, strip, a, b), which adds to the lanes a and b, for all rows and strips; adds these lanes to
/// sum_a and sum_b.
template <typename Terms>
[[gnu::always_inline]] inline void sum_rows(std::int64_t rows, int channels, double* sum_a, double* sum_b,
                                            Terms terms) {
  for (std::int64_t first = 0; first < rows; first += rows_of_a_partial_sum) {
    const std::int64_t last = first + rows_of_a_partial_sum < rows ? first + rows_of_a_partial_sum : rows;
    for (int strip = 0; strip < channels; strip += Lanes::count) {
      Lanes a = Lanes::all(0), b = Lanes::all(0);
      for_rows(first, last, channels, strip, [&](std::int64_t at) { terms(at, strip, a, b); });
      add_lanes(a, sum_a + strip);
      add_lanes(b, sum_b + strip);
    }
  }
}

template <typename T>
void channel_sums(const T* x, std::int64_t rows, int channels, const float* pivot, double* sum, double* squares) {
  sum_rows(rows, channels, sum, squares, [&](std::int64_t at, int strip, Lanes& a, Lanes& b) {
    const Lanes off = Lanes::load(x + at).minus(Lanes::load(pivot + strip));
    a = a.plus(off);
    b = b.plus_product(off, off);
  });
}

template <typename T>
void normalise(const T* x, const T* added, std::int64_t rows, int channels, const float* scale, const float* shift,
               T* y) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (int strip = 0; strip < channels; strip += Lanes::count) {
      const std::int64_t at = row * channels + strip;
      Lanes value = Lanes::load(shift + strip).plus_product(Lanes::load(x + at), Lanes::load(scale + strip));
      if (added != nullptr) value = value.plus(Lanes::load(added + at));
      value.relu().store(y + at);
    }
  }
}

template <typename T>
void gradient_sums(const T* y_gradient, const T* y, const T* x, std::int64_t rows, int channels, const float* mean,
                   T* g, double* sum, double* products) {
  sum_rows(rows, channels, sum, products, [&](std::int64_t at, int strip, Lanes& a, Lanes& b) {
    const Lanes kept = Lanes::load(y_gradient + at).masked(Lanes::load(y + at).positive_mask());
    const Lanes off = Lanes::load(x + at).minus(Lanes::load(mean + strip));
    kept.store(g + at);
    a = a.plus(kept);
    b = b.plus_product(kept, off);
  });
}

template <typename T>
void input_gradient(const T* g, const T* x, std::int64_t rows, int channels, const float* by_g, const float* by_x,
                    const float* constant, T* x_gradient) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (int strip = 0; strip < channels; strip += Lanes::count) {
      const std::int64_t at = row * channels + strip;
      Lanes::load(constant + strip)
          .plus_product(Lanes::load(g + at), Lanes::load(by_g + strip))
          .plus_product(Lanes::load(x + at), Lanes::load(by_x + strip))
          .store(x_gradient + at);
    }
  }
}

template <typename T>
constexpr BatchNormFns<T> batch_norm_fns = {channel_sums<T>, normalise<T>, gradient_sums<T>, input_gradient<T>};

}  // namespace
}  // namespace m2m::kernels
