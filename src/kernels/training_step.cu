#include <type_traits>

#include "kernels/launch.cuh"
#include "kernels/mma_device.cuh"
#include "kernels/training_step.hpp"

namespace m2m::kernels {
namespace {

using Block = DeviceBlock<training_warps>;
constexpr int threads = training_warps * warp_lanes;
// Two blocks on a multiprocessor leave a thread 128 registers. The first layer needs more.

extern __shared__ __align__(1024) unsigned char shared_memory[];

__device__ std::uint32_t first_byte() {
  return static_cast<std::uint32_t>(__cvta_generic_to_shared(shared_memory));
}

template <typename Shape>
__global__ void __launch_bounds__(threads)
    first_forward(const __grid_constant__ PixelInput in, const __grid_constant__ TrainingLayer layer) {
  Block block;
  forward_first_conv<Shape>(block, static_cast<int>(blockIdx.x), in, layer,
                            layer_memory<typename Shape::In, typename Shape::Out>(first_byte()));
}

template <typename Shape>
__global__ void __launch_bounds__(threads, 2)
    layer_forward(const __grid_constant__ TrainingBatch batch, const __grid_constant__ LayerInput in,
                  const __grid_constant__ TrainingLayer layer) {
  Block block;
  forward_conv<Shape>(block, batch, static_cast<int>(blockIdx.x), in, layer,
                      layer_memory<typename Shape::In, typename Shape::Out>(first_byte()));
}

__global__ void __launch_bounds__(threads, 2)
    features_forward(const __grid_constant__ TrainingBatch batch, const __grid_constant__ LayerInput in,
                     float* features) {
  Block block;
  forward_pool(block, batch, static_cast<int>(blockIdx.x), in, features, ChannelMemory{first_byte()});
}

__global__ void __launch_bounds__(threads, 2)
    features_backward(const float* gradient, const __grid_constant__ TrainingLayer last, const Words4* x) {
  Block block;
  backward_pool(block, static_cast<int>(blockIdx.x), gradient, last, x, ChannelMemory{first_byte()});
}

template <typename Shape>
__global__ void __launch_bounds__(threads, 2)
    layer_backward(const __grid_constant__ TrainingBatch batch, const __grid_constant__ TrainingLayer layer,
                   const __grid_constant__ TrainingLayer below, const __grid_constant__ Shortcut branch) {
  Block block;
  backward_conv<Shape>(block, batch, static_cast<int>(blockIdx.x), layer, below, branch,
                       layer_memory<typename Shape::In, typename Shape::Out>(first_byte()));
}

template <typename Shape>
__global__ void __launch_bounds__(threads, 2)
    first_backward(const __grid_constant__ TrainingBatch batch, const __grid_constant__ TrainingLayer layer) {
  Block block;
  backward_first_conv<Shape>(block, batch, static_cast<int>(blockIdx.x), layer, ChannelMemory{first_byte()});
}

/// A launch with a block for each image and so many bytes of shared memory.
struct Launch {
  int images, bytes;
  void* stream;

  template <typename... Parameters, typename... Arguments>
  void operator()(const char* what, void (*kernel)(Parameters...), const Arguments&... arguments) const {
    if (images == 0) return;  // an empty grid is an error to CUDA
    allow_shared_memory(kernel, bytes);
    kernel<<<static_cast<unsigned>(images), threads, static_cast<unsigned>(bytes),
             static_cast<cudaStream_t>(stream)>>>(arguments...);
    check_launch(what);
  }
};

}  // namespace

void training_forward_cuda(const TrainingStep& step, int layer, void* stream) {
  constexpr const char* what = "training forward";
  const int images = step.batch.images;
  if (layer == training_layers(step.blocks)) {
    const Launch launch{images, ChannelMemory::bytes(training_warps), stream};
    launch(what, features_forward, step.batch, input_of(step, layer), step.features);
    return;
  }
  with_shapes(layer_kind(step.blocks, layer), [&](auto shape, auto) {
    using Shape = decltype(shape);
    const Launch launch{images, layer_bytes<typename Shape::In, typename Shape::Out>(training_warps), stream};
    if (layer > 0) {
      launch(what, layer_forward<Shape>, step.batch, input_of(step, layer), step.layers[layer]);
    } else if constexpr (std::is_same_v<Shape, ResNetShapes<training_warps>::First>) {
      launch(what, first_forward<Shape>, step.pixels, step.layers[0]);
    }
  });
}

void training_backward_cuda(const TrainingStep& step, int layer, void* stream) {
  constexpr const char* what = "training backward";
  const int images = step.batch.images;
  const Launch without_image{images, ChannelMemory::bytes(training_warps), stream};
  if (layer == training_layers(step.blocks)) {
    without_image(what, features_backward, step.feature_gradient, step.layers[layer - 1], step.last_x);
  } else if (layer == 0) {
    without_image(what, first_backward<ResNetShapes<training_warps>::First>, step.batch, step.layers[0]);
  } else {
    with_shapes(layer_kind(step.blocks, layer), [&](auto, auto shape) {
      using Shape = decltype(shape);
      const Launch launch{images, layer_bytes<typename Shape::In, typename Shape::Out>(training_warps), stream};
      launch(what, layer_backward<Shape>, step.batch, step.layers[layer], step.layers[layer - 1],
             branch_of(step, layer));
    });
  }
}

}  // namespace m2m::kernels
