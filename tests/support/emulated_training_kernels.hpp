#pragma once
// The kernels of a fused training step in emulated blocks, for a network on the CPU.
#include "kernels/fused_weights.hpp"
#include "kernels/weight_gradient.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "nn/fused_training.hpp"
#include "support/emulated_layers.hpp"

namespace m2m::testing {

class EmulatedTrainingKernels : public nn::TrainingKernels {
 public:
  void pack(const kernels::PackLayer* layers, int count, kernels::Words4* forward,
            kernels::Words4* backward) override {
    kernels::pack_weights(layers, count, forward, backward);
  }
  void forward(const kernels::TrainingStep& step, int layer) override {
    for (int image = 0; image < step.batch.images; ++image) {
      TrainingBlock block(training_block_bytes);
      forward_layer(block, step, layer, image);
    }
  }
  void backward(const kernels::TrainingStep& step, int layer) override {
    for (int image = 0; image < step.batch.images; ++image) {
      TrainingBlock block(training_block_bytes);
      backward_layer(block, step, layer, image);
    }
  }
  void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int n) override {
    for (int i = 0; i < count; ++i) {
      kernels::with_weight_gradient_shape(layers[i].out_channels, layers[i].stride,
                                          [&](auto shape) { add_parts<decltype(shape)>(layers[i], n); });
    }
    kernels::add_weight_gradients(layers, count, n);
  }
  void join_weight_gradients() override {}  // they are complete at once

 private:
  template <typename Shape>
  static void add_parts(const kernels::WeightGradientLayer& layer, int n) {
    using Block = EmulatedBlock<Shape::warps>;
    constexpr int out_pixels = Shape::out_side * Shape::out_side,
                  in_pixels = out_pixels * Shape::stride * Shape::stride;
    const kernels::WeightGradientMemory<Block> memory{
        SharedMemory::base, Block::global(layer.x, n * in_pixels * Shape::in_channels / 8),
        Block::global(layer.dy, n * out_pixels * Shape::out_channels / 8),
        Block::global(layer.partial, static_cast<int>(kernels::weight_partials(layer, n)))};
    const int splits = kernels::weight_splits(layer, n);
    for (int index = 0; index < splits * Shape::shares; ++index) {
      Block block(Shape::shared_bytes);
      kernels::compute_weight_gradient<Shape>(block, memory, n, index / Shape::shares, splits,
                                              index % Shape::shares);
    }
  }
};

}  // namespace m2m::testing
