#pragma once
// A training step of a ResNet in emulated blocks: its memory, and the kernels of training_step.cu one after the
// other.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/fused_weights.hpp"
#include "kernels/training_network.hpp"
#include "support/emulated_layers.hpp"

namespace m2m::testing {

/// How the blocks of a launch and their warps run: from the first to the last, or the other way round.
struct RunOrder {
  bool last_image_first = false, last_warp_first = false;
};

/// The sizes of a convolution in a ResNet of 16 channels on 32x32 images; 3 channels of pixels are padded to 16.
struct TrainedSizes {
  int in_channels, out_channels, out_side, stride;

  int in_side() const { return out_side * stride; }
  std::size_t in_values() const { return static_cast<std::size_t>(in_channels) * in_side() * in_side(); }
  std::size_t out_values() const { return static_cast<std::size_t>(out_channels) * out_side * out_side; }
};

inline TrainedSizes trained_sizes(int blocks, int layer) {
  switch (kernels::layer_kind(blocks, layer)) {
    case kernels::LayerKind::halve1:
      return {16, 32, 16, 2};
    case kernels::LayerKind::stage2:
      return {32, 32, 16, 1};
    case kernels::LayerKind::halve2:
      return {32, 64, 8, 2};
    case kernels::LayerKind::stage3:
      return {64, 64, 8, 1};
    default:
      return {16, 16, 32, 1};
  }
}

/// Activations of a batch as the device keeps them, and as numbers.
class Activations {
 public:
  Activations() = default;
  explicit Activations(std::size_t values) : words_(values / 8) {}

  kernels::Words4* words() { return words_.data(); }
  std::size_t size() const { return words_.size() * 8; }
  double operator[](std::size_t i) const {
    const std::uint32_t word = words_[i / 8].of[i / 2 % 4];
    return kernels::to_float({static_cast<std::uint16_t>(i % 2 == 0 ? word & 0xffffU : word >> 16)});
  }
  bool operator==(const Activations& other) const {
    return std::memcmp(words_.data(), other.words_.data(), words_.size() * sizeof(kernels::Words4)) == 0;
  }

 private:
  std::vector<kernels::Words4> words_;
};

/// One layer: parameters, packed weights, and everything that a step writes.
struct TrainedLayer {
  TrainedLayer(const TrainedSizes& of_sizes, int images)
      : sizes(of_sizes), x(images * sizes.in_values()), y(images * sizes.out_values()), g(y), dy(y) {
    const auto channels = static_cast<std::size_t>(sizes.out_channels);
    for (auto* values : {&gamma, &beta, &running_mean, &running_variance, &pivot, &mean, &inverse_deviation,
                         &gamma_gradient, &beta_gradient})
      values->resize(channels);
    sums.resize(2 * channels * static_cast<std::size_t>(images));
    gradient_sums = sums;
  }

  /// weights: [out][9][in], `in_channels` of them
  void pack(std::vector<float> weights, int in_channels) {
    weight = std::move(weights);
    const kernels::PackLayer layer{weight.data(), in_channels, sizes.out_channels, sizes.stride};
    forward.resize(static_cast<std::size_t>(kernels::packed_count(layer)));
    backward.resize(forward.size());
    kernels::pack_weights(&layer, 1, forward.data(), backward.data());
  }

  kernels::TrainingLayer pointers() {
    return {
        forward.data(),
        backward.data(),
        x.words(),
        y.words(),
        g.words(),
        dy.words(),
        {gamma.data(), beta.data(), running_mean.data(), running_variance.data(), pivot.data(), mean.data(),
         inverse_deviation.data(), sums.data(), gradient_sums.data(), gamma_gradient.data(), beta_gradient.data()}};
  }

  TrainedSizes sizes;
  std::vector<float> weight;
  std::vector<kernels::Words4> forward, backward;
  Activations x, y, g, dy;
  std::vector<float> gamma, beta, running_mean, running_variance, pivot, mean, inverse_deviation, sums,
      gradient_sums, gamma_gradient, beta_gradient;
};

/// A step of a ResNet with `blocks` blocks a stage on `images` images.
class EmulatedTraining {
 public:
  static constexpr int warps = kernels::training_warps;

  EmulatedTraining(int blocks, int images)
      : last_x(static_cast<std::size_t>(images) * 4096), blocks_(blocks), images_(images) {
    for (int layer = 0; layer < kernels::training_layers(blocks); ++layer)
      layers.emplace_back(trained_sizes(blocks, layer), images);
    pixels.resize(static_cast<std::size_t>(images) * 3072);
    features.resize(static_cast<std::size_t>(images) * 64);
    feature_gradient.resize(features.size());
  }

  int blocks() const { return blocks_; }
  int images() const { return images_; }
  int end() const { return kernels::training_layers(blocks_); }

  void run_forward(const RunOrder& order = {}) {
    for (int layer = 0; layer <= end(); ++layer)
      forward_counts.push_back(for_images(
          order, [&](auto& block, const auto& step, int image) { forward_layer(block, step, layer, image); }));
  }
  void run_backward(const RunOrder& order = {}) {
    for (int layer = end(); layer >= 0; --layer)
      backward_counts.push_back(for_images(
          order, [&](auto& block, const auto& step, int image) { backward_layer(block, step, layer, image); }));
  }

  /// The step in this memory; its layers are those of the last call.
  kernels::TrainingStep step() {
    pointers_.clear();
    for (TrainedLayer& layer : layers) pointers_.push_back(layer.pointers());
    return {blocks_,
            {images_, epsilon, momentum},
            pointers_.data(),
            {pixels.data(), pixel_mean.data(), pixel_inverse_deviation.data(), layers[0].x.words()},
            last_x.words(),
            features.data(),
            feature_gradient.data()};
  }

  std::vector<TrainedLayer> layers;
  std::vector<float> pixels, features, feature_gradient;  // [n][3][32][32], [n][64]
  std::vector<float> pixel_mean{0.49F, 0.48F, 0.45F}, pixel_inverse_deviation{5.0F, 4.8F, 4.5F};
  Activations last_x;
  float epsilon = 1e-5F, momentum = 0.1F;
  std::vector<BlockCounts> forward_counts, backward_counts;  // of each launch, in their order

 private:
  template <typename Run>
  BlockCounts for_images(const RunOrder& order, Run run) {
    BlockCounts counts;
    const kernels::TrainingStep of_step = step();
    for (int i = 0; i < images_; ++i) {
      TrainingBlock block(training_block_bytes, order.last_warp_first);
      run(block, of_step, order.last_image_first ? images_ - 1 - i : i);
      counts.products += block.counts.products;
      counts.conflicts += block.counts.conflicts;
    }
    return counts;
  }

  int blocks_, images_;
  std::vector<kernels::TrainingLayer> pointers_;
};

}  // namespace m2m::testing
