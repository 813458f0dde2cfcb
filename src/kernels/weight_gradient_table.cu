#include "kernels/launch.cuh"
#include "kernels/mma_device.cuh"
#include "kernels/weight_gradient.hpp"
#include "kernels/weight_gradient_table.hpp"

namespace m2m::kernels {
namespace {

extern __shared__ __align__(1024) unsigned char shared_memory[];

using Largest = WeightGradientShape<16, 16, 32, 1>;  // the first stage has the largest images

constexpr unsigned sum_blocks = 32;  // of a layer in the second launch

template <typename Shape>
__device__ void run(const WeightGradientLayer& layer, int n) {
  const int splits = weight_splits(layer, n), block_index = static_cast<int>(blockIdx.x);
  static_assert(Shape::shared_bytes <= Largest::shared_bytes && Shape::warps == Largest::warps);
  if (block_index >= splits * Shape::shares) return;
  DeviceBlock<Shape::warps> block;
  const auto shared = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared_memory));
  const WeightGradientMemory<DeviceBlock<Shape::warps>> memory{shared, layer.x, layer.dy, layer.partial};
  compute_weight_gradient<Shape>(block, memory, n, block_index / Shape::shares, splits,
                                 block_index % Shape::shares);
}

/// Layer blockIdx.y, shared out among weight_gradient_blocks blocks.
__global__ void __launch_bounds__(Largest::warps* warp_lanes, 2)
    weight_gradients(const WeightGradientLayer* __restrict__ layers, int n) {
  const WeightGradientLayer layer = layers[blockIdx.y];
  with_weight_gradient_shape(layer.out_channels, layer.stride, [&](auto shape) { run<decltype(shape)>(layer, n); });
}

/// Layer blockIdx.y, shared out among the threads of sum_blocks blocks.
__global__ void sum_parts(const WeightGradientLayer* __restrict__ layers, int n) {
  const WeightGradientLayer layer = layers[blockIdx.y];
  const std::int64_t weights = part_weights(layer), stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < weights; i += stride)
    add_weight(layer, n, i);
}

}  // namespace

void weight_gradients_cuda(const WeightGradientLayer* layers, int count, int n, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const auto of_layers = static_cast<unsigned>(count);
  allow_shared_memory(weight_gradients, Largest::shared_bytes);
  weight_gradients<<<dim3(weight_gradient_blocks, of_layers), Largest::warps * warp_lanes, Largest::shared_bytes,
                     on>>>(layers, n);
  check_launch("gradients of weights");
  sum_parts<<<dim3(sum_blocks, of_layers), threads_of_a_block, 0, on>>>(layers, n);
  check_launch("adding gradients of weights");
}

}  // namespace m2m::kernels
