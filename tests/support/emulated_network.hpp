#pragma once
// A ResNet of 32x32 images as emulated blocks read it: folded, packed, with its head.
#include <torch/types.h>

#include <cmath>
#include <string>
#include <vector>

#include "kernels/fused_translation.hpp"
#include "kernels/fused_weights.hpp"
#include "nn/batch_norm.hpp"
#include "nn/folded_resnet.hpp"
#include "support/tile_cases.hpp"

namespace m2m::testing {

/// The layers of a ResNet, batch norm folded, in the order of the forward run.
class FoldedLayerList {
 public:
  explicit FoldedLayerList(const nn::ResNet& network) {
    add(network, "conv_1_3x3", "bn_1", {32, 32, 3, 16, 1});
    int side = 32, channels = 16;
    for (int stage = 1; stage <= 3; ++stage) {
      for (int i = 0; i < network.blocks_per_stage(); ++i) {
        const std::string block = "stage_" + std::to_string(stage) + "." + std::to_string(i) + ".";
        const int stride = stage > 1 && i == 0 ? 2 : 1;
        add(network, block + "conv_a", block + "bn_a", {side, side, channels, channels * stride, stride});
        side /= stride;
        channels *= stride;
        add(network, block + "conv_b", block + "bn_b", {side, side, channels, channels, 1});
      }
    }
  }

  void pack(std::vector<kernels::Words4>& forward, std::vector<kernels::Words4>& backward,
            std::vector<float>& bias) const {
    std::vector<kernels::PackLayer> layers;
    std::int64_t count = 0;
    for (const Layer& l : layers_) {
      layers.push_back(
          {l.weight.const_data_ptr<float>(), l.sizes.in_channels, l.sizes.out_channels, l.sizes.stride});
      count += kernels::packed_count(layers.back());
      bias.insert(bias.end(), l.bias.begin(), l.bias.end());
    }
    forward.resize(static_cast<std::size_t>(count));
    backward.resize(static_cast<std::size_t>(count));
    kernels::pack_weights(layers.data(), static_cast<int>(layers.size()), forward.data(), backward.data());
  }

 private:
  struct Layer {
    kernels::ConvSizes sizes;
    torch::Tensor weight;  // [out][9][in], folded
    std::vector<float> bias;
  };

  void add(const nn::ResNet& network, const std::string& conv, const std::string& norm,
           const kernels::ConvSizes& sizes) {
    const auto parameters = network.named_parameters();
    const auto buffers = network.named_buffers();
    Layer layer{sizes, parameters[conv + ".weight"].detach().permute({0, 2, 3, 1}).clone().contiguous(), {}};
    for (int c = 0; c < sizes.out_channels; ++c) {
      const double variance = buffers[norm + ".running_var"].const_data_ptr<float>()[c];
      const double gamma = parameters[norm + ".weight"].const_data_ptr<float>()[c];
      const auto scale = static_cast<float>(gamma / std::sqrt(variance + nn::batch_norm_epsilon));
      layer.weight[c] *= scale;
      layer.bias.push_back(parameters[norm + ".bias"].const_data_ptr<float>()[c] -
                           scale * buffers[norm + ".running_mean"].const_data_ptr<float>()[c]);
    }
    layers_.push_back(std::move(layer));
  }

  std::vector<Layer> layers_;
};

inline nn::Normalisation normalisation_of(const nn::NetworkSpec& spec) {
  nn::Normalisation normalisation;
  for (std::size_t c = 0; c < spec.mean.size(); ++c) {
    normalisation.mean.push_back(static_cast<float>(spec.mean[c]));
    normalisation.inverse_deviation.push_back(static_cast<float>(1 / spec.std[c]));
  }
  return normalisation;
}

/// A network as thread blocks read it, in host memory.
struct PackedNetwork {
  explicit PackedNetwork(const nn::ResNet& network)
      : blocks(network.blocks_per_stage()), normalisation(normalisation_of(network.spec())) {
    FoldedLayerList(network).pack(forward, backward, bias);
    const nn::Head& head = network.head();
    is_cosine = head.kind() == settings::HeadKind::cosine;
    torch::Tensor rows = head.weight.detach();
    if (is_cosine) rows = (rows / rows.norm(2, 0, true)).t();
    head_weight = values_of(rows);
    head_bias = values_of(head.bias.defined() ? head.bias.detach() : torch::zeros({rows.size(0)}));
    head_scales = values_of(head.scales.defined() ? head.scales.detach() : torch::ones({rows.size(0)}));
  }

  static std::vector<float> values_of(const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
  }

  int blocks;
  nn::Normalisation normalisation;
  std::vector<kernels::Words4> forward, backward;
  std::vector<float> bias;  // of the convolutions
  std::vector<float> head_weight, head_bias, head_scales;
  bool is_cosine = false;
};

template <typename T>
CheckedPointer<T> checked(std::vector<std::remove_const_t<T>>& values) {
  return {values.data(), values.size()};
}

/// A network and the memory of its signs, as an emulated block of `warps` warps sees it.
template <int warps>
class EmulatedNetwork {
 public:
  using Shapes = kernels::ResNetShapes<warps>;

  explicit EmulatedNetwork(const nn::ResNet& network)
      : packed_(network), signs_(static_cast<std::size_t>(kernels::resnet_sign_words<warps>(packed_.blocks))) {}

  template <typename Block = EmulatedBlock<warps>>
  kernels::FusedNetwork<Block> at(std::uint32_t shared) {
    PackedNetwork& p = packed_;
    return {{p.blocks, checked<const kernels::Words4>(p.forward), checked<const kernels::Words4>(p.backward),
             checked<const float>(p.bias), checked<const float>(p.normalisation.mean),
             checked<const float>(p.normalisation.inverse_deviation), checked<std::uint32_t>(signs_), shared,
             shared + Shapes::image_bytes},
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
