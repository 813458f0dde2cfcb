#pragma once
// The gradients of the weights of all convolutions of a ResNet: products in two launches over a table of layers.
//
// Blocks of the first launch (weight_gradient.hpp) sum over some images each and store partial sums; the second
// launch adds these in a fixed order. So the result is deterministic, and nothing is added atomically.
#include <cstdint>

#include "kernels/mma_tiles.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// A 3x3 convolution of a ResNet for 32x32 images: of 16 channels at 32x32, 32 at 16x16 or 64 at 8x8 outputs; with
/// stride 2 from the stage before.
struct WeightGradientLayer {
  const Words4 *x, *dy;  // Bf16 [n][in pixels][in channels, padded to 16], [n][out pixels][out channels]
  float* partial;        // weight_partials(layer, n)
  float* gradient;       // [out][in][9], or [out][9][in] if is_channels_last
  std::int32_t in_channels, out_channels, stride;
  bool is_channels_last;
};

/// Blocks of the first launch, of each layer.
inline constexpr int weight_gradient_blocks = 32;

/// Groups of 16 input and 16 output channels.
M2M_HOST_DEVICE inline int weight_pairs(const WeightGradientLayer& layer) {
  return (layer.in_channels + 15) / 16 * (layer.out_channels / 16);
}

/// Parts into which the images of a batch are split, n at most.
M2M_HOST_DEVICE inline int weight_splits(const WeightGradientLayer& layer, int n) {
  const int shares = (weight_pairs(layer) + 7) / 8, most = weight_gradient_blocks / shares;
  return n < most ? n : most;
}

/// Weights of a part, those of padded channels too. Their order: [pair][tap][half of 8 columns][4][lane], fragments
/// of 16 rows (output channels) and 16 columns (input channels).
M2M_HOST_DEVICE inline std::int64_t part_weights(const WeightGradientLayer& layer) {
  return std::int64_t{weight_pairs(layer)} * 9 * 2 * 4 * warp_lanes;
}

/// Number of partial sums of a batch of n images.
inline std::int64_t weight_partials(const WeightGradientLayer& layer, int n) {
  return weight_splits(layer, n) * part_weights(layer);
}

/// Adds the sum of weight `index` over all parts to the gradient. Nothing for a padded channel.
M2M_HOST_DEVICE inline void add_weight(const WeightGradientLayer& layer, int n, std::int64_t index) {
  const auto lane = static_cast<int>(index % warp_lanes), step = static_cast<int>(index / warp_lanes);
  const int value = step % 4, half = step / 4 % 2, tap = step / 8 % 9, pair = step / 72;
  const int in_groups = (layer.in_channels + 15) / 16;
  const int out = pair / in_groups * 16 + value / 2 * 8 + lane / 4;
  const int in = pair % in_groups * 16 + half * 8 + lane % 4 * 2 + value % 2;
  if (in >= layer.in_channels) return;
  const std::int64_t weights = part_weights(layer);
  float sum = 0;
  for (int split = 0; split < weight_splits(layer, n); ++split) sum += layer.partial[split * weights + index];
  const std::int64_t first = std::int64_t{out} * 9 * layer.in_channels;
  layer.gradient[first + (layer.is_channels_last ? tap * layer.in_channels + in : in * 9 + tap)] += sum;
}

/// Adds the partial sums of all layers to their gradients. layers: [count]. Local, deterministic.
void add_weight_gradients(const WeightGradientLayer* layers, int count, int n);

/// Adds the gradients of all layers for a batch of n >= 1 images, on a device, `layers` too; stream: a
/// cudaStream_t. Asynchronous, deterministic. In CUDA builds only. Throws Error (internal) if a kernel cannot be
/// launched.
void weight_gradients_cuda(const WeightGradientLayer* layers, int count, int n, void* stream);

}  // namespace m2m::kernels
