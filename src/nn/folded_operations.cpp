#include "nn/folded_operations.hpp"

#include <cstring>

#include "nn/batch_norm.hpp"

namespace m2m::nn {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;

torch::Tensor per_channel(const std::vector<double>& values, const torch::Tensor& like) {
  return torch::tensor(values, torch::kFloat64).view({1, -1, 1, 1}).to(like.options());
}

/// Every second pixel each way.
torch::Tensor halved(const torch::Tensor& x) {
  return x.index({Slice(), Slice(), Slice(None, None, 2), Slice(None, None, 2)});
}

/// Shortcut A.
torch::Tensor shortcut_a(const torch::Tensor& x, std::int64_t channels) {
  return torch::constant_pad_nd(halved(x), {0, 0, 0, 0, 0, channels - x.size(1)});
}

/// Adds the transpose of shortcut A, applied to `behind`, to `gradient` in place.
void add_shortcut_a_gradient(torch::Tensor& gradient, const torch::Tensor& behind) {
  halved(gradient).add_(behind.narrow(1, 0, gradient.size(1)));
}

/// Gradient of a layer's input, before the ReLU that made it.
torch::Tensor back(const torch::Tensor& gradient, const torch::Tensor& input, const torch::Tensor& weight,
                   int stride) {
  return std::get<0>(at::convolution_backward(gradient, input, weight, std::nullopt, {stride, stride}, {1, 1},
                                              {1, 1}, false, {0, 0}, 1, {true, false, false}));
}

/// The gradient in front of a ReLU from that behind it and its output: one operation instead of a comparison and a
/// product.
torch::Tensor in_front_of_relu(const torch::Tensor& gradient, const torch::Tensor& output) {
  return at::threshold_backward(gradient, output, 0);
}

}  // namespace

FoldedOperations::Layer FoldedOperations::layer(const ResNet& network, const std::string& convolution,
                                                const std::string& batch_norm, int stride) const {
  const auto parameters = network.named_parameters();
  const auto buffers = network.named_buffers();
  Layer made{parameters[convolution + ".weight"].detach(),
             parameters[batch_norm + ".weight"].detach(),
             parameters[batch_norm + ".bias"].detach(),
             buffers[batch_norm + ".running_mean"],
             buffers[batch_norm + ".running_var"],
             {},
             {},
             stride};
  made.weight =
      torch::empty(made.network_weight.sizes(),
                   made.network_weight.options().dtype(arithmetic_).memory_format(at::MemoryFormat::ChannelsLast));
  made.bias = torch::empty(made.beta.sizes(), made.beta.options().dtype(arithmetic_));
  return made;
}

FoldedOperations::FoldedOperations(const ResNet& network)
    : FrozenNetwork(network), precision_(network.head().weight.scalar_type()) {
  const torch::NoGradGuard no_gradient;
  arithmetic_ = network.spec().bfloat16 ? torch::kBFloat16 : precision_;
  mean_ = per_channel(network.spec().mean, network.head().weight);
  deviation_ = per_channel(network.spec().std, network.head().weight);
  layers_.push_back(layer(network, "conv_1_3x3", "bn_1", 1));
  for (std::size_t stage = 0; stage < network.channels().size(); ++stage) {
    for (int i = 0; i < network.blocks_per_stage(); ++i) {
      const std::string block = "stage_" + std::to_string(stage + 1) + "." + std::to_string(i) + ".";
      halves_.push_back(stage > 0 && i == 0);
      layers_.push_back(layer(network, block + "conv_a", block + "bn_a", halves_.back() ? 2 : 1));
      layers_.push_back(layer(network, block + "conv_b", block + "bn_b", 1));
    }
  }
  table_ = fold_table();
  fold_batch_norm(batch_norm_epsilon, table_);
}

FoldTable FoldedOperations::fold_table() const {
  std::vector<kernels::FoldLayer> rows;
  for (const Layer& layer : layers_) {
    const torch::Tensor& weight = layer.network_weight;
    rows.push_back({weight.const_data_ptr(), layer.gamma.const_data_ptr(), layer.beta.const_data_ptr(),
                    layer.mean.const_data_ptr(), layer.variance.const_data_ptr(), layer.weight.data_ptr(),
                    layer.bias.data_ptr(), static_cast<std::int32_t>(weight.size(0)),
                    static_cast<std::int32_t>(weight.size(1)),
                    static_cast<std::int32_t>(weight.size(2) * weight.size(3)), !weight.is_contiguous()});
  }
  const auto bytes = static_cast<std::int64_t>(rows.size() * sizeof(kernels::FoldLayer));
  const torch::Tensor layers = torch::empty({bytes}, torch::kUInt8);
  std::memcpy(layers.data_ptr(), rows.data(), static_cast<std::size_t>(bytes));
  return {layers.to(mean_.device()), static_cast<std::int64_t>(rows.size()), precision_, arithmetic_};
}

void FoldedOperations::refresh_features() { fold_batch_norm(batch_norm_epsilon, table_); }

torch::Tensor FoldedOperations::run(const torch::Tensor& pixels, bool remember) {
  const torch::NoGradGuard no_gradient;
  inputs_.clear();
  torch::Tensor x = ((pixels.clamp(0, 1) - mean_) / deviation_).to(arithmetic_);
  x = x.contiguous(at::MemoryFormat::ChannelsLast);
  const auto convolve = [&](const torch::Tensor& in, const Layer& layer) {
    if (remember) inputs_.push_back(in);
    return torch::conv2d(in, layer.weight, layer.bias, layer.stride, 1);
  };
  x = convolve(x, layers_.front()).relu_();
  for (std::size_t block = 0; block < halves_.size(); ++block) {
    const Layer &a = layers_[2 * block + 1], &b = layers_[2 * block + 2];
    const torch::Tensor shortcut = halves_[block] ? shortcut_a(x, b.bias.size(0)) : x;
    x = convolve(convolve(x, a).relu_(), b).add_(shortcut).relu_();
  }
  if (remember) inputs_.push_back(x);
  return global_average_pool(x, precision_);
}

torch::Tensor FoldedOperations::features(const torch::Tensor& pixels) { return run(pixels, false); }

torch::Tensor FoldedOperations::features_for_gradient(const torch::Tensor& pixels) {
  pixels_ = pixels.detach();
  return run(pixels_, true);
}

torch::Tensor FoldedOperations::features_backward(const torch::Tensor& of_features) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor& last = inputs_.back();
  const torch::Tensor of_pixels = of_features / static_cast<double>(last.size(2) * last.size(3));
  torch::Tensor gradient = of_pixels.to(arithmetic_).unsqueeze(2).unsqueeze(3) * (last > 0);
  for (std::size_t block = halves_.size(); block-- > 0;) {
    const std::size_t a = 2 * block + 1, b = a + 1;
    const torch::Tensor hidden = in_front_of_relu(back(gradient, inputs_[b], layers_[b].weight, 1), inputs_[b]);
    torch::Tensor leaving = back(hidden, inputs_[a], layers_[a].weight, layers_[a].stride);
    if (halves_[block]) {
      add_shortcut_a_gradient(leaving, gradient);
    } else {
      leaving.add_(gradient);
    }
    gradient = in_front_of_relu(leaving, inputs_[a]);
  }
  const torch::Tensor of_normalised = back(gradient, inputs_[0], layers_[0].weight, 1).to(pixels_.scalar_type());
  const torch::Tensor inside = torch::logical_and(pixels_ >= 0, pixels_ <= 1);
  return (of_normalised / deviation_ * inside).contiguous();
}

}  // namespace m2m::nn
