#pragma once
// What the fused kernels cost: products, shared memory, and the time that follows from what was measured of a
// sketch.
//
// docs/gpu.md, "Predicted times". Pure functions for tables; no kernel depends on them.
#include <algorithm>

#include "kernels/fused_resnet.hpp"
#include "kernels/translate.hpp"

namespace m2m::kernels {

/// A GPU as predictions see it.
struct GpuModel {
  int multiprocessors;
  double clock;  // Hz
};

/// The card of the measurements: NVIDIA H200, at the clock that it held under this load.
inline constexpr GpuModel h200{132, 1.743e9};

/// Products of a layer: mma of 16x8x16.
template <typename Shape>
constexpr double layer_products() {
  return 2.0 * 9 * Shape::slices * Shape::rows * Shape::units;
}

/// Products of an image's way through all convolutions of a ResNet with `blocks` blocks a stage. The way back takes
/// as many.
constexpr double forward_products(int blocks) {
  using S = ResNetShapes<4>;
  return layer_products<S::First>() * (1 + 2 * blocks) + layer_products<S::Halve1>() + layer_products<S::Halve2>() +
         (layer_products<S::Second>() + layer_products<S::Third>()) * (2 * blocks - 1);
}

/// Blocks that a multiprocessor of compute capability 9.0 holds: shared memory allows 3, and the registers of 8
/// warps only 1.
constexpr int resident_blocks(int warps) { return warps == 8 ? 1 : 3; }

/// Clocks for a product of one block, if `resident` blocks share a multiprocessor. Measured with the sketch of this
/// kernel on an H200: one network, T = 10, at 76, 152 and 396 images.
constexpr double clocks_of_a_product(int warps, int resident) {
  if (warps == 8) return 3.28;
  return resident == 1 ? 3.81 : resident == 2 ? 4.90 : 6.66;
}

/// Seconds of `blocks` thread blocks of that many products each.
constexpr double seconds_of_blocks(const GpuModel& gpu, int warps, int blocks, double products) {
  int left = (blocks + gpu.multiprocessors - 1) / gpu.multiprocessors;  // of the fullest multiprocessor
  double clocks = 0;
  while (left > 0) {
    const int resident = std::min(left, resident_blocks(warps));
    clocks += products * clocks_of_a_product(warps, resident);
    left -= resident;
  }
  return clocks / gpu.clock;
}

/// Seconds of translate_cuda.
constexpr double translation_seconds(const GpuModel& gpu, const TranslationForm& form, int count, int steps,
                                     bool uses_f, int blocks_of_a_stage) {
  const double pass = forward_products(blocks_of_a_stage);
  const int passes_of_a_block = 2 * steps * (uses_f && !form.is_pair ? 2 : 1) + 1;
  return seconds_of_blocks(gpu, form.warps, form.is_pair ? 2 * count : count, pass * passes_of_a_block);
}

/// Seconds of features_cuda.
constexpr double features_seconds(const GpuModel& gpu, int count, int blocks_of_a_stage) {
  return seconds_of_blocks(gpu, 4, count, forward_products(blocks_of_a_stage));
}

}  // namespace m2m::kernels
