#pragma once
// The head of a frozen network in a thread block: outputs, the gradient of a loss, and that of the features.
#include "kernels/fused_resnet.hpp"

namespace m2m::kernels {

/// The weights of a head of 64 features.
template <typename Block>
struct FusedHead {
  template <typename T>
  using Global = typename Block::template Global<T>;

  Global<const float> weight;        // [classes][64]; of cosines: vectors of length 1
  Global<const float> bias, scales;  // [classes]; zeros and ones if the head has none
  int classes;
  bool is_cosine;
};

/// The loss of one image: weight * cross-entropy of class `label`, or weight * its output.
struct OutputLoss {
  int label;
  float weight;
  bool is_cross_entropy;
};

/// Where the block keeps the numbers of its head, in bytes from H: features, a row of 64 partial sums per warp,
/// outputs, and their gradient.
template <int warps>
struct HeadMemory {
  static constexpr std::uint32_t features = ResNetShapes<warps>::features_at;
  static constexpr std::uint32_t row = 64 * 4;
  static constexpr std::uint32_t partial = features + row;
  static constexpr std::uint32_t outputs = partial + warps * row;
  static constexpr int max_classes = (ResNetShapes<warps>::image_bytes - static_cast<int>(outputs)) / 8;
};

/// Two features of each lane, and their length over all lanes if the head takes cosines, else 1.
template <typename Block>
struct LaneFeatures {
  typename Block::Real low, high, length;
};

template <typename Block>
M2M_DEVICE LaneFeatures<Block> lane_features(const typename Block::Warp& warp, std::uint32_t at, bool is_cosine) {
  using Real = typename Block::Real;
  const auto lane = warp.lane() * 4U + at;
  const Real low = warp.as_real(warp.load_shared(lane, true));
  const Real high = warp.as_real(warp.load_shared(lane + 128U, true));
  if (!is_cosine) return {low, high, Real(1.0F)};
  constexpr float min_length = 1e-12F;  // as nn/head.cpp
  return {low, high, warp.max(warp.sqrt(warp.sum(low * low + high * high)), Real(min_length))};
}

/// The outputs of the features at H, from FusedResNet: at H + outputs. Ends with a barrier.
template <typename Block>
M2M_DEVICE void compute_outputs(Block& block, std::uint32_t h, const FusedHead<Block>& head) {
  using Word = typename Block::Word;
  using Memory = HeadMemory<Block::warps>;
  block.each_warp([&](auto& warp) {
    const auto features = lane_features<Block>(warp, h + Memory::features, head.is_cosine);
    for (int k = warp.index(); k < head.classes; k += Block::warps) {
      const Word of_class = static_cast<std::uint32_t>(k), at = warp.lane() + static_cast<std::uint32_t>(64 * k);
      const auto product = warp.sum(features.low * warp.load(head.weight, at, true) +
                                    features.high * warp.load(head.weight, at + 32U, true));
      const auto output = (product / features.length + warp.load(head.bias, of_class, true)) *
                          warp.load(head.scales, of_class, true);
      warp.store_shared(of_class * 4U + (h + Memory::outputs), warp.as_word(output), warp.lane() == 0U);
    }
  });
  block.sync();
}

/// The softmax of the outputs: exp(output - max) / sum is a probability.
template <typename Block>
struct Softmax {
  typename Block::Real max, sum;
};

/// Reads the outputs of all classes; every warp finds the same.
template <typename Block>
M2M_DEVICE Softmax<Block> softmax_of(const typename Block::Warp& warp, std::uint32_t outputs, int classes) {
  using Real = typename Block::Real;
  using Word = typename Block::Word;
  constexpr float lowest = -3.0e38F;
  const auto output = [&](int first) {
    const Word k = warp.lane() + static_cast<std::uint32_t>(first);
    const auto is_class = k < static_cast<std::uint32_t>(classes);
    return warp.select(is_class, warp.as_real(warp.load_shared(k * 4U + outputs, is_class)), Real(lowest));
  };
  Real max = lowest, sum = 0.0F;
  for (int first = 0; first < classes; first += warp_lanes) max = warp.max(max, output(first));
  max = warp.max_of_lanes(max);
  for (int first = 0; first < classes; first += warp_lanes) sum = sum + warp.exp(output(first) - max);
  return {max, warp.sum(sum)};
}

/// The probability of a class, in every lane.
template <typename Block>
M2M_DEVICE typename Block::Real probability_of(const typename Block::Warp& warp, std::uint32_t outputs, int classes,
                                               int label) {
  const auto softmax = softmax_of<Block>(warp, outputs, classes);
  const typename Block::Word at = outputs + static_cast<std::uint32_t>(4 * label);
  return warp.exp(warp.as_real(warp.load_shared(at, true)) - softmax.max) / softmax.sum;
}

/// The gradient of a loss for the outputs before their scales, behind the outputs. No barrier at the begin or end.
template <typename Block>
M2M_DEVICE void compute_output_gradient(Block& block, std::uint32_t h, const FusedHead<Block>& head,
                                        const OutputLoss& loss) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  const std::uint32_t outputs = h + HeadMemory<Block::warps>::outputs;
  block.each_warp([&](auto& warp) {
    const auto softmax = softmax_of<Block>(warp, outputs, head.classes);
    for (int first = warp.index() * warp_lanes; first < head.classes; first += Block::warps * warp_lanes) {
      const Word k = warp.lane() + static_cast<std::uint32_t>(first);
      const auto is_class = k < static_cast<std::uint32_t>(head.classes);
      const Real is_label = warp.select(k == static_cast<std::uint32_t>(loss.label), Real(1.0F), Real(0.0F));
      const Real output = warp.as_real(warp.load_shared(k * 4U + outputs, is_class));
      const Real gradient =
          loss.is_cross_entropy ? warp.exp(output - softmax.max) / softmax.sum - is_label : is_label;
      warp.store_shared(k * 4U + (outputs + static_cast<std::uint32_t>(4 * head.classes)),
                        warp.as_word(gradient * loss.weight * warp.load(head.scales, k, is_class)), is_class);
    }
  });
}

/// The gradient of a loss for the features, in their place. With u = x / |x|: d (u w) / dx = (w - u (u w)) / |x|.
/// Begins behind compute_outputs; backward_features begins with the barrier that it needs at the end.
template <typename Block>
M2M_DEVICE void compute_feature_gradient(Block& block, std::uint32_t h, const FusedHead<Block>& head,
                                         const OutputLoss& loss) {
  using Word = typename Block::Word;
  using Real = typename Block::Real;
  using Memory = HeadMemory<Block::warps>;
  const std::uint32_t gradients = h + Memory::outputs + static_cast<std::uint32_t>(4 * head.classes);
  compute_output_gradient(block, h, head, loss);
  block.sync();
  block.each_warp([&](auto& warp) {
    Real low = 0.0F, high = 0.0F;
    for (int k = warp.index(); k < head.classes; k += Block::warps) {
      const Word at = warp.lane() + static_cast<std::uint32_t>(64 * k);
      const Real gradient =
          warp.as_real(warp.load_shared(Word(gradients + static_cast<std::uint32_t>(4 * k)), true));
      low = low + gradient * warp.load(head.weight, at, true);
      high = high + gradient * warp.load(head.weight, at + 32U, true);
    }
    const Word to =
        warp.lane() * 4U + (h + Memory::partial + static_cast<std::uint32_t>(warp.index()) * Memory::row);
    warp.store_shared(to, warp.as_word(low), true);
    warp.store_shared(to + 128U, warp.as_word(high), true);
  });
  block.sync();
  block.each_warp([&](auto& warp) {
    if (warp.index() != 0) return;
    const auto features = lane_features<Block>(warp, h + Memory::features, head.is_cosine);
    Real low = 0.0F, high = 0.0F;
    for (int i = 0; i < Block::warps; ++i) {
      const Word from = warp.lane() * 4U + (h + Memory::partial + static_cast<std::uint32_t>(i) * Memory::row);
      low = low + warp.as_real(warp.load_shared(from, true));
      high = high + warp.as_real(warp.load_shared(from + 128U, true));
    }
    if (head.is_cosine) {
      const Real u = features.low / features.length, v = features.high / features.length;
      const Real along = warp.sum(low * u + high * v);
      low = (low - u * along) / features.length;
      high = (high - v * along) / features.length;
    }
    const Word to = warp.lane() * 4U + (h + Memory::features);
    warp.store_shared(to, warp.as_word(low), true);
    warp.store_shared(to + 128U, warp.as_word(high), true);
  });
}

}  // namespace m2m::kernels
