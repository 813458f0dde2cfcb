#pragma once
// A ResNet of 32x32 images as thread blocks read it: folded, packed, with its head.
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/fused_translation.hpp"
#include "kernels/fused_weights.hpp"
#include "support/emulated_block.hpp"
#include "support/normals.hpp"
#include "support/tile_cases.hpp"

namespace m2m::testing {

/// A network in host memory. Fields: as kernels::DeviceNetwork.
struct PackedNetwork {
  int blocks = 0;
  std::vector<float> mean, inverse_deviation;
  std::vector<kernels::Words4> forward, backward;
  std::vector<float> bias;  // of the convolutions
  std::vector<float> head_weight, head_bias, head_scales;
  bool is_cosine = false;
};

/// A network with `blocks` blocks a stage, of numbers drawn at random: its activations neither vanish nor grow.
inline PackedNetwork drawn_network(int blocks, int classes, bool is_cosine, unsigned seed) {
  const auto draw = [&](std::size_t count, float mean, float deviation) {
    return normals(count, mean, deviation, ++seed);
  };
  PackedNetwork drawn;
  drawn.blocks = blocks;
  drawn.mean = {0.49F, 0.48F, 0.45F};
  drawn.inverse_deviation = {5.0F, 4.8F, 4.5F};
  std::vector<std::vector<float>> weights;
  std::vector<kernels::PackLayer> layers;
  std::int64_t count = 0;
  const auto add = [&](int in, int out, int stride, float scale) {
    const auto taps = 9 * static_cast<std::size_t>(in);
    weights.push_back(draw(taps * static_cast<std::size_t>(out), 0, scale / std::sqrt(static_cast<float>(taps))));
    layers.push_back({weights.back().data(), in, out, stride});
    count += kernels::packed_count(layers.back());
    for (const float bias : draw(static_cast<std::size_t>(out), 0.05F, 0.1F)) drawn.bias.push_back(bias);
  };
  add(3, 16, 1, 1);
  for (int stage = 0; stage < 3; ++stage) {
    for (int i = 0; i < 2 * blocks; ++i) {
      const bool halves = stage > 0 && i == 0;
      add(halves ? 8 << stage : 16 << stage, 16 << stage, halves ? 2 : 1, i % 2 == 0 ? 1 : 0.25F);
    }
  }
  drawn.forward.resize(static_cast<std::size_t>(count));
  drawn.backward.resize(static_cast<std::size_t>(count));
  kernels::pack_weights(layers.data(), static_cast<int>(layers.size()), drawn.forward.data(),
                        drawn.backward.data());
  drawn.is_cosine = is_cosine;
  drawn.head_weight = draw(static_cast<std::size_t>(classes) * 64, 0, is_cosine ? 0.125F : 0.04F);
  drawn.head_bias = draw(static_cast<std::size_t>(classes), 0, 0.1F);
  drawn.head_scales = draw(static_cast<std::size_t>(classes), 10, 1);
  return drawn;
}

template <typename T>
CheckedPointer<T> checked(std::vector<std::remove_const_t<T>>& values) {
  return {values.data(), values.size()};
}

/// A network and the memory of its signs, as an emulated block of `warps` warps sees it.
template <int warps>
class EmulatedNetwork {
 public:
  using Shapes = kernels::ResNetShapes<warps>;

  explicit EmulatedNetwork(PackedNetwork network)
      : packed_(std::move(network)),
        signs_(static_cast<std::size_t>(kernels::resnet_sign_words<warps>(packed_.blocks))) {}

  template <typename Block = EmulatedBlock<warps>>
  kernels::FusedNetwork<Block> at(std::uint32_t shared) {
    PackedNetwork& p = packed_;
    return {{p.blocks, checked<const kernels::Words4>(p.forward), checked<const kernels::Words4>(p.backward),
             checked<const float>(p.bias), checked<const float>(p.mean), checked<const float>(p.inverse_deviation),
             checked<std::uint32_t>(signs_), shared, shared + Shapes::image_bytes},
            {checked<const float>(p.head_weight), checked<const float>(p.head_bias),
             checked<const float>(p.head_scales), static_cast<int>(p.head_bias.size()), p.is_cosine}};
  }

  /// The signs as nn::ImageRunner keeps them.
  std::vector<std::uint16_t> masks() const {
    std::vector<std::uint16_t> all;
    const auto* next = signs_.data();
    const auto add = [&](auto shape, int layers) {
      using Shape = decltype(shape);
      for (int i = 0; i < layers; ++i, next += Shape::sign_words) {
        const auto layer = stored_signs<Shape>({next, next + Shape::sign_words});
        all.insert(all.end(), layer.begin(), layer.end());
      }
    };
    add(typename Shapes::First(), 1 + 2 * packed_.blocks);
    add(typename Shapes::Second(), 2 * packed_.blocks);
    add(typename Shapes::Third(), 2 * packed_.blocks);
    return all;
  }

 private:
  PackedNetwork packed_;
  std::vector<std::uint32_t> signs_;
};

}  // namespace m2m::testing
