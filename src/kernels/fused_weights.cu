#include "kernels/fused_weights.hpp"
#include "kernels/launch.cuh"

namespace m2m::kernels {
namespace {

constexpr unsigned blocks_of_a_layer = 64;  // a layer of 64 channels has 4608 Words4 in each direction

/// Layer blockIdx.x, shared out among the threads of blocks_of_a_layer blocks.
__global__ void pack(const PackLayer* __restrict__ layers, Words4* __restrict__ forward,
                     Words4* __restrict__ backward) {
  std::int64_t before = 0, behind = 0;
  for (unsigned i = 0; i < gridDim.x; ++i) {
    if (i < blockIdx.x) before += packed_count(layers[i]);
    if (i > blockIdx.x) behind += packed_count(layers[i]);
  }
  const PackLayer layer = layers[blockIdx.x];
  const std::int64_t count = packed_count(layer), stride = std::int64_t{gridDim.y} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.y} * blockDim.x + threadIdx.x; i < count; i += stride) {
    forward[before + i] = forward_weights(layer, i);
    backward[behind + i] = backward_weights(layer, i);
  }
  const auto out = static_cast<int>(threadIdx.x);  // no layer has more channels than a block has threads
  if (blockIdx.y == 0 && layer.norm.gamma != nullptr && out < layer.out_channels)
    layer.norm.folded_bias[out] = folded_bias(layer.norm, out);
}

}  // namespace

void pack_weights_cuda(const PackLayer* layers, int count, Words4* forward, Words4* backward, void* stream) {
  pack<<<dim3(static_cast<unsigned>(count), blocks_of_a_layer), threads_of_a_block, 0,
         static_cast<cudaStream_t>(stream)>>>(layers, forward, backward);
  check_launch("packing weights");
}

}  // namespace m2m::kernels
