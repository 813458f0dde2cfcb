#pragma once
// The launches of a training step in emulated blocks, one image at a time: as training_step.cu has them.
#include <type_traits>

#include "kernels/training_network.hpp"
#include "support/emulated_block.hpp"

namespace m2m::testing {

using TrainingBlock = EmulatedBlock<kernels::training_warps>;

/// Shared memory that is enough for every launch.
inline constexpr std::uint32_t training_block_bytes =
    kernels::layer_bytes<kernels::ResNetShapes<kernels::training_warps>::First::In,
                         kernels::ResNetShapes<kernels::training_warps>::First::Out>(kernels::training_warps);

/// kernels::training_forward_cuda for one image.
inline void forward_layer(TrainingBlock& block, const kernels::TrainingStep& step, int layer, int image) {
  using First = kernels::ResNetShapes<kernels::training_warps>::First;
  constexpr std::uint32_t base = SharedMemory::base;
  if (layer == kernels::training_layers(step.blocks)) {
    return kernels::forward_pool(block, step.batch, image, input_of(step, layer), step.features,
                                 kernels::ChannelMemory{base});
  }
  kernels::with_shapes(kernels::layer_kind(step.blocks, layer), [&](auto shape, auto) {
    using Shape = decltype(shape);
    const auto memory = kernels::layer_memory<typename Shape::In, typename Shape::Out>(base);
    if (layer > 0) {
      kernels::forward_conv<Shape>(block, step.batch, image, input_of(step, layer), step.layers[layer], memory);
    } else if constexpr (std::is_same_v<Shape, First>) {
      kernels::forward_first_conv<Shape>(block, image, step.pixels, step.layers[0], memory);
    }
  });
}

/// kernels::training_backward_cuda for one image.
inline void backward_layer(TrainingBlock& block, const kernels::TrainingStep& step, int layer, int image) {
  using First = kernels::ResNetShapes<kernels::training_warps>::First;
  constexpr std::uint32_t base = SharedMemory::base;
  const kernels::ChannelMemory channels{base};
  if (layer == kernels::training_layers(step.blocks)) {
    return kernels::backward_pool(block, image, step.feature_gradient, step.layers[layer - 1], step.last_x,
                                  channels);
  }
  if (layer == 0) return kernels::backward_first_conv<First>(block, step.batch, image, step.layers[0], channels);
  kernels::with_shapes(kernels::layer_kind(step.blocks, layer), [&](auto, auto shape) {
    using Shape = decltype(shape);
    kernels::backward_conv<Shape>(block, step.batch, image, step.layers[layer], step.layers[layer - 1],
                                  branch_of(step, layer),
                                  kernels::layer_memory<typename Shape::In, typename Shape::Out>(base));
  });
}

}  // namespace m2m::testing
