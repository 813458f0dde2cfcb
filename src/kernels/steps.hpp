#pragma once
// The steps of training and of translation: SGD, the random start, steps of pixels.
#include <cstdint>

#include "core/philox.hpp"

namespace m2m::kernels {

/// The factors of one update of stochastic gradient descent.
struct SgdStep {
  double learning_rate, momentum, weight_decay;
  bool nesterov = false;
};

/// d = g + weight_decay * w; v = momentum * v + d; w = w - learning_rate * v, with nesterov w = w - learning_rate *
/// (d + momentum * v); g = 0, for the sums of the next step.
///
/// Nesterov's momentum in the form of Sutskever et al., "On the importance of initialization and momentum in deep
/// learning", ICML 2013, with the weights where the gradient is taken, as libraries have it. weight, velocity,
/// gradient: [count] of float or double, in one pass. docs/protocol.md, "Training". Local, deterministic.
template <typename Real>
void sgd_step(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient);

/// The same on a device, for float and double; stream: a cudaStream_t. Asynchronous. In CUDA builds only. Throws
/// Error (internal) if the kernel cannot be launched.
template <typename Real>
void sgd_step_cuda(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient,
                   void* stream);

/// One step of a translation: down the gradient by a fixed length, then clamped to pixels.
/// x = clamp(x - length * g / (||g||_2 + 1e-10), 0, 1), the norm over each image.
///
/// x, gradient: [images][values] of float or double; norms are summed in double. The 1e-10 matters: with lambda = 0
/// and a saturated g, gradients reach 1e-9. Kim et al. 2020, algorithm 1. Local, deterministic.
template <typename Real>
void pixel_step(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x);

/// The same on a device, for float and double; stream: a cudaStream_t. Asynchronous; its sums have
/// another order. In CUDA builds only. Throws Error (internal) if the kernel cannot be launched.
template <typename Real>
void pixel_step_cuda(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x,
                     void* stream);

/// Where a translation's noise is drawn, and how it is scaled.
struct StartNoise {
  Key key;  // of the plan
  std::uint32_t epoch, step;
  const std::int32_t* slots;     // [images]
  const double* image_scales;    // [images]
  const double* channel_scales;  // [channels]
};

/// The start of translations: seed images plus noise, clamped to pixels.
/// out = clamp(seed + image scale * channel scale * (u - 0.5), 0, 1), u uniform in [0, 1): number i of an image is
/// drawn i-th from Stream(key, Purpose::noise, epoch, step, slot). Noise in double, the sum in Real.
///
/// seeds, out: [images][channels][plane] of float or double. Local, deterministic.
template <typename Real>
void random_start(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane, const Real* seeds,
                  Real* out);

/// The same on a device, its pointers too, bit for bit; stream: a cudaStream_t. Asynchronous. In CUDA builds
/// only. Throws Error (internal) if the kernel cannot be launched.
template <typename Real>
void random_start_cuda(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane,
                       const Real* seeds, Real* out, void* stream);

}  // namespace m2m::kernels
