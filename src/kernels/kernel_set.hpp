#pragma once
// The kernels that are compiled once per instruction set, and the choice among them.
//
// All are local, deterministic for one instruction set, and allocate nothing.
#include <cstdint>

#include "core/instruction_set.hpp"
#include "kernels/conv3x3.hpp"
#include "kernels/storage.hpp"
#include "kernels/tile_conv.hpp"
#include "kernels/winograd.hpp"

namespace m2m::kernels {

/// Batch normalisation, the addition of a shortcut and ReLU in one pass each way.
///
/// Images are channels last: [rows][channels], a row per pixel, channels a multiple of 16. T: float or Bf16.
/// Arithmetic in float32; sums over rows in double, from partial sums of 64 rows.
template <typename T>
struct BatchNormFns {
  /// Adds to sum[c] and squares[c] the sums over the rows of x - pivot[c] and of its square. A pivot near the mean
  /// keeps the precision of the variance.
  void (*channel_sums)(const T* x, std::int64_t rows, int channels, const float* pivot, double* sum,
                       double* squares);

  /// y = max(scale[c] * x + shift[c] + added, 0); added: null, or laid out as x.
  void (*normalise)(const T* x, const T* added, std::int64_t rows, int channels, const float* scale,
                    const float* shift, T* y);

  /// g = y_gradient if y > 0, else 0; adds to sum[c] and products[c] the sums over the rows of g and g * (x -
  /// mean).
  void (*gradient_sums)(const T* y_gradient, const T* y, const T* x, std::int64_t rows, int channels,
                        const float* mean, T* g, double* sum, double* products);

  /// x_gradient = by_g[c] * g + by_x[c] * x + constant[c].
  void (*input_gradient)(const T* g, const T* x, std::int64_t rows, int channels, const float* by_g,
                         const float* by_x, const float* constant, T* x_gradient);
};

/// A loop of independent multiply-adds: enough sums to hide the latency of each.
struct PeakLoop {
  int multiply_adds;  // of a round
  /// values: [peak_values], read and changed, so that no compiler can predict or drop the rounds.
  void (*run)(std::int64_t rounds, float* values);
};
inline constexpr int peak_values = 12 * 16;

/// The loop on plain lanes, which peak.cpp compiles with -O3.
extern const PeakLoop peak_plain;

/// The kernels for numbers stored as T: float, or Bf16.
template <typename T>
struct TypedKernels {
  ConvFn<T> conv3x3 = nullptr;  // Bf16: before AVX512-BF16, products are in float32
  const BatchNormFns<T>* batch_norm = nullptr;
  const PeakLoop* peak = nullptr;  // Bf16: before AVX512-BF16, the loop of float32
};

/// The kernels compiled for one instruction set. Null entries: an earlier set does no worse.
struct KernelSet {
  TypedKernels<float> float32 = {};
  TypedKernels<Bf16> bf16 = {};
  WinogradFn winograd = nullptr;
  TileConvFn tile_conv = nullptr;  // before AMX: the plain reference, which is slow

  template <typename T>
  const TypedKernels<T>& typed() const;
};
template <>
inline const TypedKernels<float>& KernelSet::typed<float>() const {
  return float32;
}
template <>
inline const TypedKernels<Bf16>& KernelSet::typed<Bf16>() const {
  return bf16;
}

// One per isa_*.cpp. Constant-initialised: no code of these sources runs unless the processor can.
extern const KernelSet kernels_plain, kernels_avx2, kernels_avx512, kernels_avx512_bf16, kernels_amx;

/// The best kernels for a processor with that instruction set: all entries of the plain set, overlaid by those of
/// each further set up to `set`. Pure.
KernelSet kernel_set(InstructionSet set);

/// Peak of one thread, in floating-point operations per second; a multiply-add counts as two. Measured, not looked
/// up.
///
/// Number: float; or Bf16, with sums in float32 (before AVX512-BF16, the same as float). Takes about 20 ms, of
/// which the best millisecond counts. Local; differs from call to call.
template <typename Number>
double measured_peak(InstructionSet set);

}  // namespace m2m::kernels
