// The fused form of a ResNet, in the build with CUDA.
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/fused_weights.hpp"
#include "kernels/translate.hpp"
#include "nn/batch_norm.hpp"
#include "nn/device_table.hpp"
#include "nn/fused_resnet.hpp"
#include "nn/fused_translation.hpp"
#include "nn/tensor_kernels.hpp"
#include "settings/choices.hpp"

namespace m2m::nn {
namespace {

constexpr int image_values = 3 * 32 * 32;

void* current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

/// The convolutions of a ResNet, folded in float32 and packed for tiles.
class PackedLayers {
 public:
  explicit PackedLayers(const ResNet& network) : device_(network.head().weight.device()) {
    add(network, "conv_1_3x3", "bn_1", 1);
    for (std::size_t stage = 0; stage < network.channels().size(); ++stage) {
      for (int i = 0; i < network.blocks_per_stage(); ++i) {
        const std::string block = "stage_" + std::to_string(stage + 1) + "." + std::to_string(i) + ".";
        add(network, block + "conv_a", block + "bn_a", stage > 0 && i == 0 ? 2 : 1);
        add(network, block + "conv_b", block + "bn_b", 1);
      }
    }
    make_tables();
  }

  /// Folds and packs the weights as they are now: two launches.
  void refresh() {
    fold_batch_norm(batch_norm_epsilon, fold_table_);
    kernels::pack_weights_cuda(static_cast<const kernels::PackLayer*>(pack_table_.const_data_ptr()),
                               static_cast<int>(layers_.size()), words(forward_), words(backward_),
                               current_stream());
  }

  const kernels::Words4* forward() const { return words(forward_); }
  const kernels::Words4* backward() const { return words(backward_); }
  const float* bias() const { return bias_.const_data_ptr<float>(); }

 private:
  struct Layer {
    torch::Tensor weight, gamma, beta, mean, variance;  // the network's memory
    int stride;
  };

  static kernels::Words4* words(const torch::Tensor& tensor) {
    return static_cast<kernels::Words4*>(tensor.data_ptr());
  }

  void add(const ResNet& network, const std::string& convolution, const std::string& norm, int stride) {
    const auto parameters = network.named_parameters();
    const auto buffers = network.named_buffers();
    layers_.push_back({parameters[convolution + ".weight"].detach(), parameters[norm + ".weight"].detach(),
                       parameters[norm + ".bias"].detach(), buffers[norm + ".running_mean"],
                       buffers[norm + ".running_var"], stride});
  }

  /// Makes the folded memory and the tables that point into it.
  void make_tables() {
    std::int64_t weights = 0, biases = 0, count = 0;
    for (const Layer& layer : layers_) {
      weights += layer.weight.numel();
      biases += layer.weight.size(0);
      count += kernels::packed_count(pack_row(layer, nullptr));
    }
    const auto floats = torch::device(device_).dtype(torch::kFloat32);
    folded_ = torch::empty({weights}, floats);
    bias_ = torch::empty({biases}, floats);
    forward_ = torch::empty({4 * count}, torch::device(device_).dtype(torch::kInt32));
    backward_ = torch::empty_like(forward_);
    std::vector<kernels::FoldLayer> fold;
    std::vector<kernels::PackLayer> pack;
    float *weight = folded_.data_ptr<float>(), *bias = bias_.data_ptr<float>();
    for (const Layer& layer : layers_) {
      fold.push_back(fold_row(layer, weight, bias));
      pack.push_back(pack_row(layer, weight));
      weight += layer.weight.numel();
      bias += layer.weight.size(0);
    }
    fold_table_ = {table_on(device_, fold), static_cast<std::int64_t>(fold.size()), torch::kFloat32,
                   torch::kFloat32};
    pack_table_ = table_on(device_, pack);
  }

  static kernels::PackLayer pack_row(const Layer& layer, const float* folded) {
    return {folded, static_cast<std::int32_t>(layer.weight.size(1)),
            static_cast<std::int32_t>(layer.weight.size(0)), layer.stride};
  }
  static kernels::FoldLayer fold_row(const Layer& layer, float* weight, float* bias) {
    return {layer.weight.const_data_ptr(),
            layer.gamma.const_data_ptr(),
            layer.beta.const_data_ptr(),
            layer.mean.const_data_ptr(),
            layer.variance.const_data_ptr(),
            weight,
            bias,
            static_cast<std::int32_t>(layer.weight.size(0)),
            static_cast<std::int32_t>(layer.weight.size(1)),
            9,
            !layer.weight.is_contiguous()};
  }

  torch::Device device_;
  std::vector<Layer> layers_;
  torch::Tensor folded_, bias_, forward_, backward_, pack_table_;
  FoldTable fold_table_;
};

/// The head's weights as a translation reads them: a row of features per class, of cosines at length 1.
class HeadRows {
 public:
  explicit HeadRows(const Head& head) : head_(head) {
    const torch::NoGradGuard no_gradient;
    const bool is_linear = head.kind() == settings::HeadKind::linear;
    rows_ = torch::empty_like(is_linear ? head.weight : head.weight.t(), at::MemoryFormat::Contiguous);
    bias_ = torch::zeros({rows_.size(0)}, rows_.options());
    scales_ = torch::ones_like(bias_);
  }

  void refresh() {
    const torch::NoGradGuard no_gradient;
    constexpr double min_length = 1e-12;  // as nn/head.cpp
    rows_.copy_(is_cosine() ? (head_.weight / head_.weight.norm(2, 0, true).clamp_min(min_length)).t()
                            : head_.weight);
    if (head_.bias.defined()) bias_.copy_(head_.bias);
    if (head_.scales.defined()) scales_.copy_(head_.scales);
  }

  bool is_cosine() const { return head_.kind() == settings::HeadKind::cosine; }
  int classes() const { return static_cast<int>(bias_.size(0)); }
  const float* rows() const { return rows_.const_data_ptr<float>(); }
  const float* bias() const { return bias_.const_data_ptr<float>(); }
  const float* scales() const { return scales_.const_data_ptr<float>(); }

 private:
  const Head& head_;
  torch::Tensor rows_, bias_, scales_;
};

class FusedResNet : public FrozenNetwork {
 public:
  explicit FusedResNet(const ResNet& network)
      : FrozenNetwork(network),
        blocks_(network.blocks_per_stage()),
        feature_count_(network.channels().back()),
        layers_(network) {
    if (fused_head_trouble(network.spec()).empty()) head_.emplace(network.head());
    const auto floats = [&](const std::vector<double>& values) {
      return torch::tensor(values, torch::kFloat64).to(network.head().weight.device(), torch::kFloat32);
    };
    mean_ = floats(network.spec().mean);
    inverse_deviation_ = floats(network.spec().std).reciprocal();
    refresh_features();
  }

  /// Nothing if a translation cannot run the head.
  std::optional<kernels::DeviceNetwork> device_network() const override {
    if (!head_) return std::nullopt;
    kernels::DeviceNetwork network = without_head();
    network.head_weight = head_->rows();
    network.head_bias = head_->bias();
    network.head_scales = head_->scales();
    network.classes = head_->classes();
    network.is_cosine = head_->is_cosine();
    return network;
  }

  torch::Tensor features(const torch::Tensor& pixels) override { return run(pixels, nullptr); }

 protected:
  void refresh_features() override {
    layers_.refresh();
    if (head_) head_->refresh();
  }
  torch::Tensor features_for_gradient(const torch::Tensor& pixels) override {
    pixels_ = pixels.detach().contiguous();
    signs_ = torch::empty({pixels.size(0), kernels::sign_words(blocks_)}, pixels_.options().dtype(torch::kInt32));
    return run(pixels_, reinterpret_cast<std::uint32_t*>(signs_.data_ptr<std::int32_t>()));
  }
  torch::Tensor features_backward(const torch::Tensor& gradient) override {
    const torch::Tensor of_features = gradient.to(torch::kFloat32).contiguous();
    torch::Tensor out = torch::empty_like(pixels_);
    kernels::pixel_gradient_cuda(without_head(), static_cast<int>(pixels_.size(0)), pixels_.const_data_ptr<float>(),
                                 reinterpret_cast<const std::uint32_t*>(signs_.const_data_ptr<std::int32_t>()),
                                 of_features.const_data_ptr<float>(), out.data_ptr<float>(), current_stream());
    return out;
  }

 private:
  /// The network up to its features.
  kernels::DeviceNetwork without_head() const {
    kernels::DeviceNetwork network{};
    network.blocks = blocks_;
    network.forward = layers_.forward();
    network.backward = layers_.backward();
    network.bias = layers_.bias();
    network.mean = mean_.const_data_ptr<float>();
    network.inverse_deviation = inverse_deviation_.const_data_ptr<float>();
    return network;
  }

  torch::Tensor run(const torch::Tensor& pixels, std::uint32_t* signs) {
    const torch::Tensor images = pixels.detach().contiguous();
    TORCH_CHECK(images.numel() == images.size(0) * image_values, "fused networks take 32x32 images of 3 channels");
    torch::Tensor out = torch::empty({images.size(0), feature_count_}, images.options());
    kernels::features_cuda(without_head(), static_cast<int>(images.size(0)), images.const_data_ptr<float>(), signs,
                           out.data_ptr<float>(), current_stream());
    return out;
  }

  int blocks_;
  std::int64_t feature_count_;
  PackedLayers layers_;
  std::optional<HeadRows> head_;  // for translations
  torch::Tensor mean_, inverse_deviation_;
  torch::Tensor pixels_, signs_;  // of the last features_for_gradient
};

}  // namespace

std::string fused_device_trouble(torch::Device device) {
  if (!device.is_cuda()) return "needs a GPU";
  const cudaDeviceProp* gpu = at::cuda::getDeviceProperties(device.index());
  return fused_gpu_trouble(gpu->major, gpu->minor, gpu->sharedMemPerBlockOptin);
}

void translate_fused(const kernels::DeviceNetwork& f, const kernels::DeviceNetwork& g,
                     const FusedTranslation& translation) {
  kernels::TranslationBatch batch = kernel_batch(translation);
  const auto options = translation.images.options();
  const std::int64_t copies = 2, words = kernels::sign_words(std::max(f.blocks, g.blocks));
  torch::Tensor x = torch::empty({copies, batch.count, image_values}, options), gradients = torch::empty_like(x);
  torch::Tensor signs = torch::empty({copies, batch.count, words}, options.dtype(torch::kInt32));
  batch.x = x.data_ptr<float>();
  batch.gradients = gradients.data_ptr<float>();
  batch.signs = reinterpret_cast<std::uint32_t*>(signs.data_ptr<std::int32_t>());
  kernels::translate_cuda(f, g, batch, kernels::form_on_device(batch.count, batch.lambda != 0), current_stream());
}

std::unique_ptr<FrozenNetwork> make_fused(const ResNet& network) { return std::make_unique<FusedResNet>(network); }

}  // namespace m2m::nn
