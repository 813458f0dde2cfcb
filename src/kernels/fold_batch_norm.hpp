#pragma once
// Folds batch norm into the convolutions in front of it, all layers of a network in one call.
#include <cstdint>

namespace m2m::kernels {

/// A convolution, the batch norm behind it, and the memory of their folded form. The network's numbers are of one
/// type, Real, those of the folded form of another, Folded.
struct FoldLayer {
  const void* weight;                          // Real [out][in][taps], or [out][taps][in] if is_channels_last
  const void *gamma, *beta, *mean, *variance;  // Real [out], of the batch norm
  void* folded_weight;                         // Folded [out][taps][in]
  void* folded_bias;                           // Folded [out]
  std::int32_t out_channels, in_channels, taps;
  bool is_channels_last;
};

/// folded weight = weight * s and folded bias = beta - s * mean, with s = gamma / sqrt(variance + epsilon) of each
/// output channel, computed in Real and rounded once to Folded.
///
/// layers: [count]. Real and Folded: float and float, float and Bf16, double and double. Local, deterministic.
template <typename Real, typename Folded>
void fold_batch_norm(double epsilon, std::int64_t count, const FoldLayer* layers);

/// The same on the device, bit for bit, in one launch; `layers` is device memory too. stream: a cudaStream_t.
/// Asynchronous. In CUDA builds only. Throws Error (internal) if the kernel cannot be launched.
template <typename Real, typename Folded>
void fold_batch_norm_cuda(double epsilon, std::int64_t count, const FoldLayer* layers, void* stream);

}  // namespace m2m::kernels
