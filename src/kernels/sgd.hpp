#pragma once
// One update of stochastic gradient descent over a flat buffer.
#include <cstdint>

namespace m2m::kernels {

struct SgdStep {
  double learning_rate, momentum, weight_decay;
};

/// v = momentum * v + (g + weight_decay * w); w = w - learning_rate * v; g = 0, ready for the next step's sums.
///
/// weight, velocity, gradient: [count] of float or double, in one pass. docs/protocol.md, "Training". Local,
/// deterministic.
template <typename Real>
void sgd_step(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient);

/// The same on the device, for float and double; stream: a cudaStream_t. Asynchronous. In CUDA builds only. Throws
/// Error (internal) where the kernel cannot be launched.
template <typename Real>
void sgd_step_cuda(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient,
                   void* stream);

}  // namespace m2m::kernels
