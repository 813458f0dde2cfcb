#pragma once
// Batch normalisation, the addition of a shortcut and ReLU in one pass each way, for images stored channels last.
//
// Images are rows of channels: [rows][channels], a row a pixel, channels a multiple of 16. T: float or Bf16,
// arithmetic in float32, sums over rows in double from partial sums of 64 rows. Local, deterministic for one
// instruction set, nothing allocated.
#include <cstdint>

#include "core/instruction_set.hpp"
#include "kernels/bfloat16.hpp"

namespace m2m::kernels {

template <typename T>
struct BatchNormKernels {
  /// Adds to sum[c] and squares[c] the sums over the rows of x - pivot[c] and of its square. A pivot near the mean
  /// keeps the variance from drowning in it.
  void (*sums)(const T* x, std::int64_t rows, int channels, const float* pivot, double* sum, double* squares);

  /// y = max(scale[c] * x + shift[c] + added, 0); added: null, or laid out as x.
  void (*normalise)(const T* x, const T* added, std::int64_t rows, int channels, const float* scale,
                    const float* shift, T* y);

  /// g = y_gradient where y > 0, else 0; adds to sum[c] and products[c] the sums over the rows of g and g * (x -
  /// mean).
  void (*gradient_sums)(const T* y_gradient, const T* y, const T* x, std::int64_t rows, int channels,
                        const float* mean, T* g, double* sum, double* products);

  /// x_gradient = by_g[c] * g + by_x[c] * x + constant[c].
  void (*input_gradient)(const T* g, const T* x, std::int64_t rows, int channels, const float* by_g,
                         const float* by_x, const float* constant, T* x_gradient);
};

/// The variant compiled for that instruction set.
template <typename T>
BatchNormKernels<T> batch_norm_kernels(InstructionSet set);

}  // namespace m2m::kernels
