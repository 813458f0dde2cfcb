#pragma once
// A ResNet frozen by folding its batch norm into its convolutions, run image by image in the project's kernels.
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/kernel_set.hpp"
#include "nn/frozen_network.hpp"
#include "nn/resnet.hpp"

namespace m2m::nn {

/// One direction of a convolution, ready to run: by Winograd's tiles or tile registers if one of these suits,
/// otherwise directly.
template <typename T>
struct PackedConv {
  kernels::Convolution direct;
  std::optional<kernels::Winograd> winograd;      // of float
  std::optional<kernels::TileConvolution> tiles;  // of Bf16
  kernels::Aligned<T> weights;                    // for the form that runs
};

/// y = W x + b with W = gamma / sqrt(variance + eps) * w and b = beta - gamma * mean / sqrt(variance + eps): a
/// convolution and the batch norm behind it, in evaluation mode. T: float or kernels::Bf16.
template <typename T>
class FoldedConv {
 public:
  FoldedConv(const Network& network, const std::string& convolution, const std::string& batch_norm,
             const kernels::ConvSizes& sizes, bool tiles);

  /// Folds and packs the weights as they are now.
  void refresh();

  kernels::ConvSizes sizes;
  PackedConv<T> forward, backward;
  std::vector<float> bias;  // [out_channels]

 private:
  torch::Tensor weight_, gamma_, beta_, mean_, variance_;  // the memory of the network
};

/// Two convolutions and their shortcut. halves: shortcut A; otherwise the shortcut is the input itself.
template <typename T>
struct FoldedBlock {
  FoldedConv<T> a, b;
  bool halves;
};

/// All convolutions of a ResNet.
template <typename T>
class FoldedLayers {
 public:
  FoldedConv<T> first;
  std::vector<FoldedBlock<T>> blocks;

  /// tiles: convolve Bf16 by tile registers.
  FoldedLayers(const ResNet& network, bool tiles);
  void refresh();
};

/// The mean and deviation that pixels are normalised by, per channel.
struct Normalisation {
  std::vector<float> mean, inverse_deviation;
};

/// Number of 16-bit words of the masks of an image, which backward needs: a bit for each result of a convolution
/// that was above 0. The first convolution comes first, then a and b of each block.
template <typename T>
std::int64_t mask_words(const FoldedLayers<T>& layers);

/// Runs one image at a time forward and back, in the memory of one thread. T: float or kernels::Bf16.
template <typename T>
class ImageRunner {
 public:
  ImageRunner(const FoldedLayers<T>& layers, const Normalisation& normalisation, InstructionSet set);

  /// pixels: [c, h, w] -> means of the last layer's channels [features]. masks: [mask_words] to fill in, or null.
  void forward(const float* pixels, std::uint16_t* masks, float* features);
  /// Gradient of the features -> gradient of the pixels [c, h, w], from the masks of their forward run.
  void backward(const float* feature_gradient, const std::uint16_t* masks, const float* pixels, float* gradient);

 private:
  /// Three images of one size, used in turn; their borders stay zero.
  struct Stage {
    int height, width, channels;
    kernels::Aligned<T> images[3];
  };

  void convolve(const PackedConv<T>& conv, const kernels::ConvBuffers<T>& memory);

  const FoldedLayers<T>& layers_;
  const Normalisation& normalisation_;
  kernels::KernelSet kernels_;
  kernels::Aligned<float> scratch_;  // of Winograd's convolution
  kernels::Aligned<T> input_;
  std::vector<float> raw_;  // [h + 2, w + 2, 16], the gradient of the normalised pixels
  std::vector<Stage> stages_;
};

/// The frozen form. T: float, or kernels::Bf16 for activations and weights (sums stay float32). Images are spread
/// over libtorch's threads; each thread keeps an image in its cache through all layers.
template <typename T>
class FoldedResNet : public FrozenNetwork {
 public:
  FoldedResNet(const ResNet& network, InstructionSet set);

  torch::Tensor features(const torch::Tensor& pixels) override;

 protected:
  void refresh_features() override { layers_.refresh(); }
  torch::Tensor features_for_gradient(const torch::Tensor& pixels) override;
  torch::Tensor features_backward(const torch::Tensor& gradient) override;

 private:
  torch::Tensor run(const torch::Tensor& pixels, std::uint16_t* masks);
  ImageRunner<T>& thread_runner();

  FoldedLayers<T> layers_;
  Normalisation normalisation_;
  InstructionSet set_;
  std::int64_t mask_words_;                               // of an image
  std::int64_t feature_count_;                            // of an image
  std::vector<std::unique_ptr<ImageRunner<T>>> runners_;  // one per thread, made on first use
  std::vector<std::uint16_t> masks_;                      // of the last features_for_gradient
  torch::Tensor pixels_;                                  // of the same call
};

}  // namespace m2m::nn
