#pragma once
// ResNet-50 for large images: He et al., "Deep residual learning for image recognition", CVPR 2016, table 1, with
// the stride in the 3x3 convolutions, as libraries have it since.
#include <memory>
#include <vector>

#include "nn/layers.hpp"

namespace m2m::nn {

/// 1x1, 3x3 and 1x1 convolutions with batch norm, the last one four times as wide, and a shortcut: the input
/// itself, or a 1x1 convolution of it with batch norm where the shape changes.
class Bottleneck : public torch::nn::Module {
 public:
  static constexpr int expansion = 4;

  Bottleneck(int in_channels, int width, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, 4 width, h / stride, w / stride]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d conv_a{nullptr}, conv_b{nullptr}, conv_c{nullptr}, shortcut{nullptr};
  torch::nn::BatchNorm2d bn_a{nullptr}, bn_b{nullptr}, bn_c{nullptr}, bn_shortcut{nullptr};
};

/// Stages of 3, 4, 6 and 3 blocks, 64 to 512 wide.
class BottleneckResNet : public Network {
 public:
  explicit BottleneckResNet(const NetworkSpec& spec);

 protected:
  torch::Tensor features_of(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d first{nullptr};
  torch::nn::BatchNorm2d bn_first{nullptr};
  std::vector<std::shared_ptr<Bottleneck>> blocks_;
};

double bottleneck_multiply_adds(const NetworkSpec& spec);

}  // namespace m2m::nn
