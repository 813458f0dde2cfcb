#pragma once
// A step of a translation: down the gradient by a fixed length, then back among the pixels.
#include <cstdint>

namespace m2m::kernels {

/// x = clamp(x - length * g / (||g||_2 + 1e-10), 0, 1), the norm over each image.
///
/// x, gradient: [images][values] of float or double; norms are summed in double. The 1e-10 matters: with lambda = 0
/// and a saturated g, gradients reach 1e-9. Kim et al. 2020, algorithm 1. Local, deterministic.
template <typename Real>
void pixel_step(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x);

/// The same on the device, for float and double; stream: a cudaStream_t. Asynchronous; its sums have an order of
/// their own. In CUDA builds only. Throws Error (internal) where the kernel cannot be launched.
template <typename Real>
void pixel_step_cuda(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x,
                     void* stream);

}  // namespace m2m::kernels
