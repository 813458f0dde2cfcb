#pragma once
// What the kernels of a training step cost: products, bytes between multiprocessor and L2 cache, and the time that
// follows from rates measured with a sketch of the translation.
//
// docs/gpu.md, "Predicted times". Pure functions for tables; no kernel depends on them.
#include "kernels/fused_cost.hpp"
#include "kernels/fused_weights.hpp"
#include "kernels/training_network.hpp"
#include "kernels/weight_gradient.hpp"
#include "kernels/weight_gradient_table.hpp"

namespace m2m::kernels {

/// What a launch does for each image.
struct LaunchWork {
  double products;  // mma of 16x8x16
  double bytes;     // loaded and stored
};

/// Bytes that a multiprocessor exchanges with the L2 cache in a clock: 36 to 46 were measured.
inline constexpr double l2_bytes_of_a_clock = 40;
/// Seconds from the end of one launch of a graph to the begin of the next that depends on it, and of a block's way
/// to its first loads. Assumed, not measured.
inline constexpr double launch_seconds = 2e-6;

template <typename Image>
constexpr double activation_bytes() {
  return 2.0 * (Image::chunks * 8) * (Image::width - 2) * (Image::width - 2);
}

/// Bytes of the sums of a batch, which every block loads.
template <typename Image>
constexpr double sum_bytes(int images) {
  return 4.0 * 2 * (Image::chunks * 8) * images;
}

/// One convolution forward: loads y and the shortcut of its input, stores x and y.
template <typename Shape>
constexpr LaunchWork forward_work(int images, bool has_shortcut) {
  using In = typename Shape::In;
  return {layer_products<Shape>(), (has_shortcut ? 3 : 2) * activation_bytes<In>() +
                                       activation_bytes<typename Shape::Out>() + sum_bytes<In>(images)};
}

/// One convolution back, Shape: transposed. Loads g and y, stores dy; loads x and the y below, stores the g below.
/// A shortcut's gradient is as large as the g below, or half of it at every fourth pixel.
template <typename Shape>
constexpr LaunchWork backward_work(int images, bool has_shortcut) {
  using In = typename Shape::In;
  using Out = typename Shape::Out;
  const double shortcut = In::width == Out::width ? activation_bytes<Out>() : activation_bytes<Out>() / 4;
  const double tiles = 2.0 * 9 * Shape::slices * Shape::rows * Shape::units;
  return {tiles, 3 * activation_bytes<In>() + 3 * activation_bytes<Out>() + (has_shortcut ? shortcut : 0) +
                     sum_bytes<In>(images)};
}

/// Seconds of a launch with a block for each image, whose loads, products and stores follow each other.
constexpr double launch_time(const GpuModel& gpu, int images, const LaunchWork& work) {
  const int in_turn = (images + gpu.multiprocessors - 1) / gpu.multiprocessors;
  const double clocks = work.products * clocks_of_a_product(training_warps, 1) + work.bytes / l2_bytes_of_a_clock;
  return launch_seconds + in_turn * clocks / gpu.clock;
}

/// Seconds of the launches of a step up to its features, and of those back. They follow each other.
struct TrainingSeconds {
  double forward = 0, backward = 0;
};
inline TrainingSeconds training_seconds(const GpuModel& gpu, int images, int blocks) {
  using Last = ResNetShapes<training_warps>::Third::Out;
  const double pooled = activation_bytes<Last>();
  TrainingSeconds seconds{launch_time(gpu, images, {0, 3 * pooled + sum_bytes<Last>(images)}),
                          launch_time(gpu, images, {0, 3 * pooled})};
  for (int layer = 0; layer < training_layers(blocks); ++layer) {
    with_shapes(layer_kind(blocks, layer), [&](auto forward, auto backward) {
      const bool ends_block = layer % 2 == 1 && layer > 1, begins_block = layer % 2 == 1;
      seconds.forward += launch_time(gpu, images, forward_work<decltype(forward)>(images, ends_block));
      LaunchWork back = backward_work<decltype(backward)>(images, begins_block);
      if (layer == 0) back = {0, back.bytes / 2};  // dy alone
      seconds.backward += launch_time(gpu, images, back);
    });
  }
  return seconds;
}

/// Bytes that packing the weights of a ResNet moves (fused_weights.hpp): for every Words4, in both directions,
/// eight weights are loaded and 16 bytes stored. Folding batch norm in loads little more.
inline double packing_bytes(int blocks) {
  constexpr double of_a_word = 8 * sizeof(float) + sizeof(Words4);
  double words = 0;
  for (int layer = 0; layer < training_layers(blocks); ++layer) {
    with_shapes(layer_kind(blocks, layer), [&](auto forward, auto) {
      using Shape = decltype(forward);
      words += static_cast<double>(packed_count({nullptr, Shape::In::chunks * 8, Shape::Out::chunks * 8, 1}));
    });
  }
  return 2 * words * of_a_word;
}

/// Seconds of that launch, spread over all multiprocessors.
inline double packing_seconds(const GpuModel& gpu, int blocks) {
  return launch_seconds + packing_bytes(blocks) / (l2_bytes_of_a_clock * gpu.multiprocessors * gpu.clock);
}

/// What the gradients of the weights of some layers take: of all blocks together.
struct WeightGradientWork {
  int blocks = 0;
  double products = 0, bytes = 0;  // mma of 16x8x16; loaded images
  double part_bytes = 0;           // of partial sums
};
/// Layers [begin, end).
inline WeightGradientWork weight_gradient_work(int images, int blocks_of_a_stage, int begin, int end) {
  WeightGradientWork work;
  for (int layer = begin; layer < end; ++layer) {
    const LayerKind kind = layer_kind(blocks_of_a_stage, layer);
    with_shapes(kind, [&](auto shape, auto) {
      using Shape = decltype(shape);
      with_weight_gradient_shape(Shape::out_channels, Shape::stride, [&](auto gradient) {
        using Gradient = decltype(gradient);
        const WeightGradientLayer row{
            nullptr,          nullptr, nullptr, nullptr, Gradient::in_channels, Gradient::out_channels,
            Gradient::stride, false};
        work.blocks += weight_splits(row, images) * Gradient::shares;
        work.products += images * layer_products<Shape>();
        work.bytes += images * (Gradient::shares * activation_bytes<typename Shape::In>() +
                                activation_bytes<typename Shape::Out>());
        work.part_bytes += 4.0 * static_cast<double>(weight_partials(row, images));
      });
    });
  }
  return work;
}

/// All layers.
inline WeightGradientWork weight_gradient_work(int images, int blocks_of_a_stage) {
  return weight_gradient_work(images, blocks_of_a_stage, 0, training_layers(blocks_of_a_stage));
}

/// Clocks of a multiprocessor for a product if its warps wait for nothing else: three blocks of four warps.
inline constexpr double clocks_when_full = clocks_of_a_product(4, 3) / 3;

/// Seconds of the first launch of weight_gradients_cuda, two blocks on a multiprocessor at a time, whose loads,
/// products and stores follow each other; and of the second one.
inline double weight_products_seconds(const GpuModel& gpu, const WeightGradientWork& work) {
  const int seats = 2 * gpu.multiprocessors, rounds = (work.blocks + seats - 1) / seats;
  const double clocks =
      work.products * clocks_when_full + (work.bytes + work.part_bytes) / l2_bytes_of_a_clock;  // of all blocks
  return launch_seconds + 2 * rounds * clocks / work.blocks / gpu.clock;
}
inline double weight_sums_seconds(const GpuModel& gpu, const WeightGradientWork& work) {
  return launch_seconds + work.part_bytes / l2_bytes_of_a_clock / gpu.multiprocessors / gpu.clock;
}

/// Seconds of both launches for stage 1, 2 or 3, the first layer among stage 1.
inline double weight_stage_seconds(const GpuModel& gpu, int images, int blocks, int stage) {
  const int begin = stage == 1 ? 0 : 1 + 2 * blocks * (stage - 1);
  const WeightGradientWork work = weight_gradient_work(images, blocks, begin, 1 + 2 * blocks * stage);
  return weight_products_seconds(gpu, work) + weight_sums_seconds(gpu, work);
}

}  // namespace m2m::kernels
