#pragma once
// The weights of a ResNet's convolutions in the order in which lanes load them (fused_conv.hpp).
#include <cmath>
#include <cstdint>

#include "kernels/mma_tiles.hpp"
#include "kernels/rounded_product.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// A batch norm behind a convolution that is folded into its weights: scale = gamma / sqrt(variance + epsilon),
/// folded bias = beta - scale * mean. Pointers: [out]; no gamma, no batch norm.
struct NormToFold {
  const float *gamma = nullptr, *beta = nullptr, *mean = nullptr, *variance = nullptr;
  float epsilon = 0;
  float* folded_bias = nullptr;
};

/// A 3x3 convolution as it is trained, and the batch norm that is folded in while it is packed.
struct PackLayer {
  const float* weight;  // [out][9][in], or [out][in][9] if is_channels_first
  std::int32_t in_channels, out_channels, stride;
  bool is_channels_first = false;
  NormToFold norm{};
};

/// 16-channel slices of some channels, the last one padded.
M2M_HOST_DEVICE inline int channel_slices(int channels) { return (channels + 15) / 16; }

/// Number of Words4 of a convolution, in each direction.
M2M_HOST_DEVICE inline std::int64_t packed_count(const PackLayer& layer) {
  return std::int64_t{9} * channel_slices(layer.in_channels) * channel_slices(layer.out_channels) * warp_lanes;
}

/// What the batch norm multiplies an output channel by. Each of its operations rounds once, as in fold_batch_norm.
M2M_HOST_DEVICE inline float folded_scale(const NormToFold& norm, int out) {
  return norm.gamma[out] / std::sqrt(norm.variance[out] + norm.epsilon);
}

/// The bias of an output channel behind a folded batch norm.
M2M_HOST_DEVICE inline float folded_bias(const NormToFold& norm, int out) {
  return norm.beta[out] - rounded_product(folded_scale(norm, out), norm.mean[out]);
}

/// A weight, folded and rounded; 0 for channels that the layer does not have.
M2M_HOST_DEVICE inline std::uint32_t rounded_weight(const PackLayer& layer, int out, int in, int tap) {
  if (out >= layer.out_channels || in >= layer.in_channels) return 0;
  const int in_filter = layer.is_channels_first ? in * 9 + tap : tap * layer.in_channels + in;
  const float weight = layer.weight[std::int64_t{out} * 9 * layer.in_channels + in_filter];
  return to_bf16(layer.norm.gamma == nullptr ? weight : weight * folded_scale(layer.norm, out)).bits;
}

/// Number `index` of the forward weights: [out / 16][dx][in / 16][dy][lane], fragments B of 16 input rows and twice
/// 8 output columns. Word 2 t + h of lane l holds rows 8 h + 2 (l % 4) and the next, of column 8 t + l / 4.
M2M_HOST_DEVICE inline Words4 forward_weights(const PackLayer& layer, std::int64_t index) {
  const int slices = channel_slices(layer.in_channels);
  const auto lane = static_cast<int>(index % warp_lanes), step = static_cast<int>(index / warp_lanes);
  const int dy = step % 3, slice = step / 3 % slices, dx = step / 3 / slices % 3, group = step / 9 / slices;
  Words4 words;
  for (int word = 0; word < 4; ++word) {
    const int in = slice * 16 + word % 2 * 8 + lane % 4 * 2, out = group * 16 + word / 2 * 8 + lane / 4;
    words.of[word] = rounded_weight(layer, out, in, dy * 3 + dx) | rounded_weight(layer, out, in + 1, dy * 3 + dx)
                                                                       << 16;
  }
  return words;
}

/// Number `index` of the weights of the transposed convolution: as the forward ones, with in and out exchanged and
/// taps mirrored; for stride 2 [in / 16][out / 16][tap][lane], taps as they are (fused_transition.hpp).
M2M_HOST_DEVICE inline Words4 backward_weights(const PackLayer& layer, std::int64_t index) {
  const int slices = channel_slices(layer.out_channels);
  const auto lane = static_cast<int>(index % warp_lanes), step = static_cast<int>(index / warp_lanes);
  const bool halves = layer.stride == 2;
  const int slice = halves ? step / 9 % slices : step / 3 % slices;
  const int mirrored = 8 - (step % 3 * 3 + step / 3 / slices % 3);
  const int tap = halves ? step % 9 : mirrored;
  Words4 words;
  for (int word = 0; word < 4; ++word) {
    const int out = slice * 16 + word % 2 * 8 + lane % 4 * 2;
    const int in = step / 9 / slices * 16 + word / 2 * 8 + lane / 4;
    words.of[word] = rounded_weight(layer, out, in, tap) | rounded_weight(layer, out + 1, in, tap) << 16;
  }
  return words;
}

/// Packs the layers of a network, which are in the order of the forward run: `forward` in that order, `backward`
/// the last layer first. Both: as many as the sum of packed_count. Writes the bias of each batch norm that it folds
/// in. Local, deterministic.
void pack_weights(const PackLayer* layers, int count, Words4* forward, Words4* backward);

/// The same on a device, its pointers too, in one launch; stream: a cudaStream_t. Asynchronous. In CUDA builds
/// only. Throws Error (internal) if the kernel cannot be launched.
void pack_weights_cuda(const PackLayer* layers, int count, Words4* forward, Words4* backward, void* stream);

}  // namespace m2m::kernels
