#include <cuda_bf16.h>

#include <type_traits>

#include "kernels/fold_batch_norm.hpp"
#include "kernels/launch.cuh"
#include "kernels/rounded_product.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {
namespace {

constexpr unsigned blocks_of_a_layer = 64;  // each takes every 64th output channel

template <typename Folded, typename Real>
__device__ Folded rounded(Real value) {
  if constexpr (std::is_same_v<Folded, Bf16>) {
    return {__bfloat16_as_ushort(__float2bfloat16_rn(value))};
  } else {
    return value;
  }
}

/// Layer blockIdx.x, every 64th output channel of it; a channel's weights are shared out among the threads.
template <typename Real, typename Folded>
__global__ void fold(Real epsilon, const FoldLayer* __restrict__ layers) {
  const FoldLayer layer = layers[blockIdx.x];
  const auto *gamma = static_cast<const Real*>(layer.gamma), *beta = static_cast<const Real*>(layer.beta),
             *mean = static_cast<const Real*>(layer.mean), *variance = static_cast<const Real*>(layer.variance);
  const std::int64_t weights = std::int64_t{layer.in_channels} * layer.taps;
  for (std::int64_t channel = blockIdx.y; channel < layer.out_channels; channel += blocks_of_a_layer) {
    const Real scale = gamma[channel] / sqrt(variance[channel] + epsilon);
    if (threadIdx.x == 0) {
      static_cast<Folded*>(layer.folded_bias)[channel] =
          rounded<Folded>(beta[channel] - rounded_product(scale, mean[channel]));
    }
    const Real* from = static_cast<const Real*>(layer.weight) + channel * weights;
    Folded* to = static_cast<Folded*>(layer.folded_weight) + channel * weights;
    for (std::int64_t i = threadIdx.x; i < weights; i += blockDim.x) {
      const std::int64_t tap = i / layer.in_channels, in = i % layer.in_channels;
      to[i] = rounded<Folded>(from[layer.is_channels_last ? i : in * layer.taps + tap] * scale);
    }
  }
}

}  // namespace

template <typename Real, typename Folded>
void fold_batch_norm_cuda(double epsilon, std::int64_t count, const FoldLayer* layers, void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  fold<Real, Folded><<<dim3(static_cast<unsigned>(count), blocks_of_a_layer), threads_of_a_block, 0,
                       static_cast<cudaStream_t>(stream)>>>(static_cast<Real>(epsilon), layers);
  check_launch("folding batch norm");
}

template void fold_batch_norm_cuda<float, float>(double, std::int64_t, const FoldLayer*, void*);
template void fold_batch_norm_cuda<float, Bf16>(double, std::int64_t, const FoldLayer*, void*);
template void fold_batch_norm_cuda<double, double>(double, std::int64_t, const FoldLayer*, void*);

}  // namespace m2m::kernels
