#pragma once
// The random start of translations: an image, and noise drawn by counter, among the pixels.
#include <cstdint>

#include "core/philox.hpp"

namespace m2m::kernels {

/// Where a translation's noise is drawn, and how it is scaled.
struct StartNoise {
  Key key;  // of the plan
  std::uint32_t epoch, step;
  const std::int32_t* slots;     // [images]
  const double* image_scales;    // [images]
  const double* channel_scales;  // [channels]
};

/// out = clamp(seed + image scale * channel scale * (u - 0.5), 0, 1), u uniform in [0, 1): number i of an image is
/// drawn i-th from Stream(key, Purpose::noise, epoch, step, slot). Noise in double, the sum in Real.
///
/// seeds, out: [images][channels][plane] of float or double. Local, deterministic.
template <typename Real>
void random_start(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane, const Real* seeds,
                  Real* out);

/// The same on the device, its pointers too, bit for bit; stream: a cudaStream_t. Asynchronous. In CUDA builds
/// only. Throws Error (internal) where the kernel cannot be launched.
template <typename Real>
void random_start_cuda(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane,
                       const Real* seeds, Real* out, void* stream);

}  // namespace m2m::kernels
