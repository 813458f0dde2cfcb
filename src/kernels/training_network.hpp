#pragma once
// The layers of a ResNet in a training step: their shapes, and which shortcut joins where.
//
// Layer 0 takes the pixels; layers 1 + 2 j and 2 + 2 j are the convolutions of residual block j. "Layer" number
// training_layers() stands for the end: the last block's sum, ReLU and the mean over the pixels.
#include "kernels/fused_resnet.hpp"
#include "kernels/training_backward.hpp"

namespace m2m::kernels {

inline constexpr int training_warps = 8;  // of a block: one block an image; two fit on a multiprocessor

/// The number of convolutions of a ResNet with `blocks` blocks a stage. Pure.
constexpr int training_layers(int blocks) { return 1 + 6 * blocks; }

/// A training step of a ResNet of 16 channels on 32x32 images, up to its features. Pointers: device memory, except
/// `layers`.
struct TrainingStep {
  int blocks;  // of a stage: (depth - 2) / 6
  TrainingBatch batch;
  const TrainingLayer* layers;  // [training_layers(blocks)], in host memory
  PixelInput pixels;            // its x is layer 0's
  Words4* last_x;               // Bf16 [n][64][64]: what the features are the mean of
  float* features;              // [n][64]
  const float* feature_gradient;
};

enum class LayerKind { first, stage1, halve1, stage2, halve2, stage3 };

/// The kind of a convolution; a stage but the first begins with a halving one. Pure.
inline LayerKind layer_kind(int blocks, int layer) {
  if (layer == 0) return LayerKind::first;
  const int stage = (layer - 1) / (2 * blocks);
  const bool begins = (layer - 1) % (2 * blocks) == 0;
  if (stage == 0) return LayerKind::stage1;
  if (stage == 1) return begins ? LayerKind::halve1 : LayerKind::stage2;
  return begins ? LayerKind::halve2 : LayerKind::stage3;
}

inline ShortcutKind shortcut_kind(int blocks, int first_layer_of_block) {
  const LayerKind kind = layer_kind(blocks, first_layer_of_block);
  return kind == LayerKind::halve1 || kind == LayerKind::halve2 ? ShortcutKind::halved : ShortcutKind::identity;
}

/// What the input of layer 1 or above, or of the end, is formed from. Pure.
inline LayerInput input_of(const TrainingStep& step, int layer) {
  const TrainingLayer& below = step.layers[layer - 1];
  Words4* x = layer == training_layers(step.blocks) ? step.last_x : step.layers[layer].x;
  const bool ends_block = layer % 2 == 1 && layer > 1;
  if (!ends_block) return {below.y, below.norm, {ShortcutKind::none, nullptr}, x};
  return {below.y, below.norm, {shortcut_kind(step.blocks, layer - 2), step.layers[layer - 2].x}, x};
}

/// The shortcut that begins where a layer does, on the way back. Pure.
inline Shortcut branch_of(const TrainingStep& step, int layer) {
  if (layer % 2 == 0) return {ShortcutKind::none, nullptr};
  return {shortcut_kind(step.blocks, layer), step.layers[layer + 1].g};
}

/// Calls f(forward shape, backward shape) of a kind of convolution. The first has no way back: its backward shape
/// is not used.
template <typename Function>
void with_shapes(LayerKind kind, Function f) {
  using S = ResNetShapes<training_warps>;
  switch (kind) {
    case LayerKind::first:
    case LayerKind::stage1:
      return f(typename S::First{}, typename S::First{});
    case LayerKind::halve1:
      return f(typename S::Halve1{}, typename S::Double1{});
    case LayerKind::stage2:
      return f(typename S::Second{}, typename S::Second{});
    case LayerKind::halve2:
      return f(typename S::Halve2{}, typename S::Double2{});
    case LayerKind::stage3:
      return f(typename S::Third{}, typename S::Third{});
  }
}

}  // namespace m2m::kernels
