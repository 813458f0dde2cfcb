// The fused form of a ResNet, in the build with CUDA.
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAStream.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/fused_resnet.hpp"
#include "kernels/fused_weights.hpp"
#include "kernels/translate.hpp"
#include "nn/batch_norm.hpp"
#include "nn/device_table.hpp"
#include "nn/fused_resnet.hpp"
#include "nn/fused_translation.hpp"

namespace m2m::nn {
namespace {

constexpr int image_values = 3 * 32 * 32;

void* current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

/// The convolutions of a ResNet with their batch norms folded in, packed for tiles.
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
    make_table();
  }

  /// Folds and packs the weights as they are now, in one launch.
  void refresh() {
    kernels::pack_weights_cuda(static_cast<const kernels::PackLayer*>(table_.const_data_ptr()),
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

  /// Makes the packed memory, and the table that points into it.
  void make_table() {
    std::int64_t biases = 0, count = 0;
    for (const Layer& layer : layers_) {
      biases += layer.weight.size(0);
      count += kernels::packed_count(row(layer, nullptr));
    }
    bias_ = torch::empty({biases}, torch::device(device_).dtype(torch::kFloat32));
    forward_ = torch::empty({4 * count}, torch::device(device_).dtype(torch::kInt32));
    backward_ = torch::empty_like(forward_);
    std::vector<kernels::PackLayer> rows;
    float* bias = bias_.data_ptr<float>();
    for (const Layer& layer : layers_) {
      rows.push_back(row(layer, bias));
      bias += layer.weight.size(0);
    }
    table_ = table_on(device_, rows);
  }

  static kernels::PackLayer row(const Layer& layer, float* folded_bias) {
    return {layer.weight.const_data_ptr<float>(),
            static_cast<std::int32_t>(layer.weight.size(1)),
            static_cast<std::int32_t>(layer.weight.size(0)),
            layer.stride,
            layer.weight.is_contiguous(),
            {layer.gamma.const_data_ptr<float>(), layer.beta.const_data_ptr<float>(),
             layer.mean.const_data_ptr<float>(), layer.variance.const_data_ptr<float>(),
             static_cast<float>(batch_norm_epsilon), folded_bias}};
  }

  torch::Device device_;
  std::vector<Layer> layers_;
  torch::Tensor bias_, forward_, backward_, table_;
};

/// A frozen head as a translation reads it: a row of features per class, a bias and a scale.
class HeadRows {
 public:
  explicit HeadRows(const FrozenHead& head) : head_(head) {
    if (head.is_cosine()) turned_ = torch::empty_like(head.weight().t(), at::MemoryFormat::Contiguous);
    const auto options = head.weight().options();
    bias_ = head.bias().defined() ? head.bias() : torch::zeros({rows().size(0)}, options);
    scales_ = head.scales().defined() ? head.scales() : torch::ones({rows().size(0)}, options);
  }

  /// Follows a refresh of the frozen head: the rows of a linear one are its own.
  void refresh() {
    if (turned_.defined()) turned_.copy_(head_.weight().t());
  }

  void show_in(kernels::DeviceNetwork& network) const {
    network.head_weight = rows().const_data_ptr<float>();
    network.head_bias = bias_.const_data_ptr<float>();
    network.head_scales = scales_.const_data_ptr<float>();
    network.classes = static_cast<int>(rows().size(0));
    network.is_cosine = head_.is_cosine();
  }

 private:
  const torch::Tensor& rows() const { return turned_.defined() ? turned_ : head_.weight(); }

  const FrozenHead& head_;
  torch::Tensor turned_, bias_, scales_;
};

class FusedResNet : public FrozenNetwork {
 public:
  explicit FusedResNet(const ResNet& network)
      : FrozenNetwork(network),
        blocks_(network.blocks_per_stage()),
        feature_count_(network.channels().back()),
        layers_(network) {
    if (fused_head_trouble(network.spec()).empty()) head_rows_.emplace(frozen_head());
    const auto floats = [&](const std::vector<double>& values) {
      return torch::tensor(values, torch::kFloat64).to(network.head().weight.device(), torch::kFloat32);
    };
    mean_ = floats(network.spec().mean);
    inverse_deviation_ = floats(network.spec().std).reciprocal();
    refresh_features();
  }

  /// Nothing if a translation cannot run the head.
  std::optional<kernels::DeviceNetwork> device_network() const override {
    if (!head_rows_) return std::nullopt;
    kernels::DeviceNetwork network = without_head();
    head_rows_->show_in(network);
    return network;
  }

  torch::Tensor features(const torch::Tensor& pixels) override { return run(pixels, nullptr); }

 protected:
  void refresh_features() override {
    layers_.refresh();
    if (head_rows_) head_rows_->refresh();
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
  std::optional<HeadRows> head_rows_;  // for translations
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
  TranslationMemory memory(std::max(f.blocks, g.blocks), batch.count, translation.images.device());
  memory.show_in(batch);
  kernels::translate_cuda(f, g, batch, kernels::form_on_device(batch.count, batch.lambda != 0), current_stream());
}

std::unique_ptr<FrozenNetwork> make_fused(const ResNet& network) { return std::make_unique<FusedResNet>(network); }

}  // namespace m2m::nn
