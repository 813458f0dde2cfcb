#pragma once
// Images of pure noise: each pixel drawn from the normal distribution of its channel.
#include <cstdint>

#include "core/philox.hpp"

namespace m2m::kernels {

/// Where the pixels of noise images are drawn, and their distribution.
struct ImageNoise {
  Key key;  // of the plan
  std::uint32_t epoch, step;
  const std::int32_t* slots;         // [images]
  const double *means, *deviations;  // [channels], of pixels in [0, 1]
};

/// out = clamp(mean + deviation * z, 0, 1), z standard normal: number i of an image is the i-th normal() of
/// Stream(key, Purpose::noise_pixels, epoch, step, slot). In double, rounded to Real.
///
/// Zada, Benou, Irani, "Pure noise to the rescue of insufficient data: improving imbalanced classification by
/// training on random noise images", ICML 2022. out: [images][channels][plane] of float or double. Local,
/// deterministic.
template <typename Real>
void draw_noise_images(const ImageNoise& noise, std::int64_t images, int channels, std::int64_t plane, Real* out);

/// The same on a device, its pointers too, to rounding; stream: a cudaStream_t. Asynchronous. In CUDA builds only.
/// Throws Error (internal) if the kernel cannot be launched.
template <typename Real>
void draw_noise_images_cuda(const ImageNoise& noise, std::int64_t images, int channels, std::int64_t plane,
                            Real* out, void* stream);

}  // namespace m2m::kernels
