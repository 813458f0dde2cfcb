#pragma once
// A network of libtorch as thread blocks read it.
#include <torch/types.h>

#include <cmath>
#include <string>
#include <vector>

#include "kernels/fused_weights.hpp"
#include "nn/batch_norm.hpp"
#include "nn/folded_resnet.hpp"
#include "support/packed_network.hpp"

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

/// The network as it is now.
inline PackedNetwork packed_network(const nn::ResNet& network) {
  const auto values_of = [](const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.contiguous();
    return std::vector<float>(flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel());
  };
  PackedNetwork packed;
  packed.blocks = network.blocks_per_stage();
  const nn::Normalisation normalisation = normalisation_of(network.spec());
  packed.mean = normalisation.mean;
  packed.inverse_deviation = normalisation.inverse_deviation;
  FoldedLayerList(network).pack(packed.forward, packed.backward, packed.bias);
  const nn::Head& head = network.head();
  packed.is_cosine = head.kind() == settings::HeadKind::cosine;
  torch::Tensor rows = head.weight.detach();
  if (packed.is_cosine) rows = (rows / rows.norm(2, 0, true)).t();
  packed.head_weight = values_of(rows);
  packed.head_bias = values_of(head.bias.defined() ? head.bias.detach() : torch::zeros({rows.size(0)}));
  packed.head_scales = values_of(head.scales.defined() ? head.scales.detach() : torch::ones({rows.size(0)}));
  return packed;
}

}  // namespace m2m::testing
