#pragma once
// Networks besides the ResNets for small images: pre-activation ResNet-18, ResNet-50, and a perceptron.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

#include <memory>
#include <vector>

#include "nn/layers.hpp"

namespace m2m::nn {

// Pre-activation ResNet-18: He et al., "Identity mappings in deep residual networks", ECCV 2016.

/// Two 3x3 convolutions, each after batch norm and ReLU. If the block halves the image or changes the channels, the
/// shortcut is a 1x1 convolution of the first ReLU's output.
class PreactBlock : public torch::nn::Module {
 public:
  PreactBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, out, h / stride, w / stride]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  torch::nn::BatchNorm2d bn_a_{nullptr}, bn_b_{nullptr};
  torch::nn::Conv2d conv_a_{nullptr}, conv_b_{nullptr}, shortcut_{nullptr};  // null if the shortcut is x itself
};

/// Four stages of two blocks with 64, 128, 256, 512 channels.
class PreactResNet : public Network {
 public:
  explicit PreactResNet(const NetworkSpec& spec);

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d first_{nullptr};
  std::vector<std::shared_ptr<PreactBlock>> blocks_;
  torch::nn::BatchNorm2d last_{nullptr};
};

// ResNet-50 for large images: He et al., "Deep residual learning for image recognition", CVPR 2016, table 1, with
// the stride in the 3x3 convolutions, as libraries have it today.

/// 1x1, 3x3 and 1x1 convolutions with batch norm, the last one four times as wide, and a shortcut: the input
/// itself, or a 1x1 convolution of it with batch norm if the shape changes.
class Bottleneck : public torch::nn::Module {
 public:
  static constexpr int expansion = 4;

  Bottleneck(int in_channels, int width, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, 4 width, h / stride, w / stride]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d conv_a_{nullptr}, conv_b_{nullptr}, conv_c_{nullptr}, shortcut_{nullptr};
  torch::nn::BatchNorm2d bn_a_{nullptr}, bn_b_{nullptr}, bn_c_{nullptr}, bn_shortcut_{nullptr};
};

/// Stages of 3, 4, 6 and 3 blocks, 64 to 512 wide.
class BottleneckResNet : public Network {
 public:
  explicit BottleneckResNet(const NetworkSpec& spec);

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d first_{nullptr};
  torch::nn::BatchNorm2d bn_first_{nullptr};
  std::vector<std::shared_ptr<Bottleneck>> blocks_;
};

double bottleneck_multiply_adds(const NetworkSpec& spec);

/// A perceptron for small inputs and feature vectors: flattened samples -> 256 hidden units, ReLU: the features. In
/// bfloat16, the hidden layer multiplies in it.
class Mlp : public Network {
 public:
  explicit Mlp(const NetworkSpec& spec);

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  torch::nn::Linear hidden_{nullptr};
};

double mlp_multiply_adds(const NetworkSpec& spec);

}  // namespace m2m::nn
