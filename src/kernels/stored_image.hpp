#pragma once
// The operations of a frozen ResNet on stored images (conv3x3.hpp) besides convolutions. T: float or Bf16. Only
// pixels inside the border are written. Local, deterministic, nothing allocated.
#include <cstdint>

#include "kernels/storage.hpp"

namespace m2m::kernels {

/// Stores pixels [channels][height][width], clamped to [0, 1], minus mean, times inverse_deviation (both
/// [channels]).
template <typename T>
void store_pixels(const float* pixels, int channels, int height, int width, const float* mean,
                  const float* inverse_deviation, T* stored);

/// The gradient for these pixels: `raw` [height + 2][width + 2][16] times inverse_deviation, 0 if the pixel was
/// clamped. out: [channels][height][width].
void load_pixel_gradient(const float* raw, const float* pixels, int channels, int height, int width,
                         const float* inverse_deviation, float* out);

/// Shortcut A: every second pixel each way, zero channels after the others.
template <typename T>
void subsample(const T* in, int height, int width, int in_channels, T* out, int out_channels);
/// The transpose: gradient of the subsampled image -> gradient of the whole, 0 at the other pixels.
template <typename T>
void subsample_backward(const T* gradient, int height, int width, int in_channels, T* out, int out_channels);

/// Mean of each channel over the pixels: out [channels].
template <typename T>
void global_average(const T* in, int height, int width, int channels, float* out);
/// The transpose, with the mask of the ReLU in front: gradient[c] / (height * width) where `keep` has the bit, else
/// 0.
template <typename T>
void global_average_backward(const float* gradient, const std::uint16_t* keep, int height, int width, int channels,
                             T* out);

}  // namespace m2m::kernels
