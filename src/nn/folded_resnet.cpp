#include "nn/folded_resnet.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "nn/batch_norm.hpp"

namespace m2m::nn {

using kernels::Bf16;
using kernels::ConvSizes;

namespace {

torch::Tensor named_tensor(const Network& network, const std::string& name) {
  const auto parameters = network.named_parameters();
  if (const auto* parameter = parameters.find(name)) return parameter->detach();
  return network.named_buffers()[name];
}

/// Winograd's tiles need stride 1, so the sizes of input and output are equal.
template <typename T>
PackedConv<T> packed_conv(const ConvSizes& sizes, kernels::Convolution direct, bool tiles) {
  constexpr bool is_float = std::is_same_v<T, float>;
  PackedConv<T> conv{std::move(direct), {}, {}, {}};
  if (is_float && kernels::suits_winograd(sizes, conv.direct.in_channels, conv.direct.out_channels)) {
    conv.winograd = {sizes.height, sizes.width, conv.direct.in_channels, conv.direct.out_channels};
  }
  if (!is_float && tiles && kernels::suits_tiles(conv.direct)) conv.tiles = kernels::tile_convolution(conv.direct);
  return conv;
}

void pack(const ConvSizes& sizes, const float* weight, const float* scale, PackedConv<float>& forward,
          PackedConv<float>& backward) {
  forward.winograd ? kernels::pack_winograd_forward(sizes, weight, scale, forward.weights)
                   : kernels::pack_forward(sizes, weight, scale, forward.weights);
  backward.winograd ? kernels::pack_winograd_backward(sizes, weight, scale, backward.weights)
                    : kernels::pack_backward(sizes, weight, scale, backward.weights);
}

void pack(const ConvSizes& sizes, const float* weight, const float* scale, PackedConv<Bf16>& forward,
          PackedConv<Bf16>& backward) {
  kernels::pack_forward(sizes, weight, scale, forward.weights);
  kernels::pack_backward(sizes, weight, scale, backward.weights);
  for (PackedConv<Bf16>* conv : {&forward, &backward}) {
    if (conv->tiles) kernels::pack_tiles(*conv->tiles, kernels::Aligned<Bf16>(conv->weights), conv->weights);
  }
}

template <typename T>
std::vector<FoldedBlock<T>> folded_blocks(const ResNet& network, bool tiles) {
  std::vector<FoldedBlock<T>> blocks;
  const std::array<int, 3> stage_channels = network.channels();
  int height = network.spec().height, width = network.spec().width, channels = stage_channels.front();
  for (std::size_t stage = 0; stage < stage_channels.size(); ++stage) {
    for (int i = 0; i < network.blocks_per_stage(); ++i) {
      const int out = stage_channels[stage];
      const std::string block = "stage_" + std::to_string(stage + 1) + "." + std::to_string(i) + ".";
      const bool halves = out != channels;
      const ConvSizes a{height, width, channels, out, halves ? 2 : 1};
      const ConvSizes b{a.out_height(), a.out_width(), out, out, 1};
      blocks.push_back({FoldedConv<T>(network, block + "conv_a", block + "bn_a", a, tiles),
                        FoldedConv<T>(network, block + "conv_b", block + "bn_b", b, tiles), halves});
      height = b.height;
      width = b.width;
      channels = out;
    }
  }
  return blocks;
}

Normalisation make_normalisation(const NetworkSpec& spec) {
  Normalisation normalisation;
  for (std::size_t c = 0; c < spec.mean.size(); ++c) {
    normalisation.mean.push_back(static_cast<float>(spec.mean[c]));
    normalisation.inverse_deviation.push_back(static_cast<float>(1 / spec.std[c]));
  }
  return normalisation;
}

}  // namespace

template <typename T>
FoldedConv<T>::FoldedConv(const Network& network, const std::string& convolution, const std::string& batch_norm,
                          const ConvSizes& conv_sizes, bool tiles)
    : sizes(conv_sizes),
      forward(packed_conv<T>(sizes, kernels::forward_convolution(sizes), tiles)),
      backward(packed_conv<T>(sizes, kernels::backward_convolution(sizes), tiles)),
      bias(static_cast<std::size_t>(sizes.out_channels)),
      weight_(named_tensor(network, convolution + ".weight")),
      gamma_(named_tensor(network, batch_norm + ".weight")),
      beta_(named_tensor(network, batch_norm + ".bias")),
      mean_(named_tensor(network, batch_norm + ".running_mean")),
      variance_(named_tensor(network, batch_norm + ".running_var")) {}

template <typename T>
void FoldedConv<T>::refresh() {
  std::vector<float> scale(bias.size());
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double deviation = std::sqrt(variance_.const_data_ptr<float>()[c] + batch_norm_epsilon);
    scale[c] = static_cast<float>(gamma_.const_data_ptr<float>()[c] / deviation);
    bias[c] = beta_.const_data_ptr<float>()[c] - scale[c] * mean_.const_data_ptr<float>()[c];
  }
  const torch::Tensor weight = weight_.contiguous();
  pack(sizes, weight.const_data_ptr<float>(), scale.data(), forward, backward);
}

template <typename T>
FoldedLayers<T>::FoldedLayers(const ResNet& network, bool tiles)
    : first(network, "conv_1_3x3", "bn_1",
            {network.spec().height, network.spec().width, network.spec().channels, network.channels().front(), 1},
            tiles),
      blocks(folded_blocks<T>(network, tiles)) {}

template <typename T>
void FoldedLayers<T>::refresh() {
  first.refresh();
  for (FoldedBlock<T>& block : blocks) {
    block.a.refresh();
    block.b.refresh();
  }
}

template <typename T>
FoldedResNet<T>::FoldedResNet(const ResNet& network, InstructionSet set)
    : FrozenNetwork(network),
      layers_(network, set == InstructionSet::amx),
      normalisation_(make_normalisation(network.spec())),
      set_(set),
      mask_words_(mask_words(layers_)),
      feature_count_(network.channels().back()) {
  layers_.refresh();
}

template <typename T>
ImageRunner<T>& FoldedResNet<T>::thread_runner() {
  auto& runner = runners_[static_cast<std::size_t>(at::get_thread_num())];
  if (!runner) runner = std::make_unique<ImageRunner<T>>(layers_, normalisation_, set_);
  return *runner;
}

template <typename T>
torch::Tensor FoldedResNet<T>::run(const torch::Tensor& pixels, std::uint16_t* masks) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t count = pixels.size(0);
  const std::int64_t values = count > 0 ? pixels.numel() / count : 0;
  runners_.resize(std::max<std::size_t>(runners_.size(), at::get_num_threads()));
  torch::Tensor features = torch::empty({count, feature_count_}, torch::kFloat32);
  const float* in = pixels.const_data_ptr<float>();
  auto* out = features.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    ImageRunner<T>& runner = thread_runner();
    for (std::int64_t i = first; i < last; ++i) {
      runner.forward(in + i * values, masks != nullptr ? masks + i * mask_words_ : nullptr,
                     out + i * features.size(1));
    }
  });
  return features;
}

template <typename T>
torch::Tensor FoldedResNet<T>::features(const torch::Tensor& pixels) {
  return run(pixels.contiguous(), nullptr);
}

template <typename T>
torch::Tensor FoldedResNet<T>::features_for_gradient(const torch::Tensor& pixels) {
  pixels_ = pixels.detach().contiguous();
  masks_.resize(static_cast<std::size_t>(pixels_.size(0) * mask_words_));
  return run(pixels_, masks_.data());
}

template <typename T>
torch::Tensor FoldedResNet<T>::features_backward(const torch::Tensor& of_features) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor features = of_features.contiguous();
  torch::Tensor gradient = torch::empty_like(pixels_);
  const std::int64_t count = pixels_.size(0);
  const std::int64_t values = count > 0 ? pixels_.numel() / count : 0;
  const float* pixels = pixels_.const_data_ptr<float>();
  const float* in = features.const_data_ptr<float>();
  auto* out = gradient.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    ImageRunner<T>& runner = thread_runner();
    for (std::int64_t i = first; i < last; ++i) {
      runner.backward(in + i * features.size(1), masks_.data() + i * mask_words_, pixels + i * values,
                      out + i * values);
    }
  });
  return gradient;
}

template class FoldedConv<float>;
template class FoldedConv<Bf16>;
template class FoldedLayers<float>;
template class FoldedLayers<Bf16>;
template class FoldedResNet<float>;
template class FoldedResNet<kernels::Bf16>;

}  // namespace m2m::nn
