#pragma once
// Pre-activation ResNet-18 for small images: He et al., "Identity mappings in deep residual networks", ECCV 2016.
#include <memory>
#include <vector>

#include "nn/layers.hpp"

namespace m2m::nn {

/// Batch norm and ReLU stand before each 3x3 convolution; where the block halves the image or changes the channels,
/// a 1x1 convolution of what the first of them leaves stands in the shortcut.
class PreactBlock : public torch::nn::Module {
 public:
  PreactBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, out, h / stride, w / stride]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  torch::nn::BatchNorm2d bn_a{nullptr}, bn_b{nullptr};
  torch::nn::Conv2d conv_a{nullptr}, conv_b{nullptr},
      shortcut{nullptr};  // shortcut: null where x goes round as it is
};

/// Four stages of two blocks with 64, 128, 256, 512 channels.
class PreactResNet : public Network {
 public:
  explicit PreactResNet(const NetworkSpec& spec);

 protected:
  torch::Tensor features_of(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d first{nullptr};
  std::vector<std::shared_ptr<PreactBlock>> blocks_;
  torch::nn::BatchNorm2d last{nullptr};
};

double preact_multiply_adds(const NetworkSpec& spec);

}  // namespace m2m::nn
