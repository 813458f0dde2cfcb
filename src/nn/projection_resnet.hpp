#pragma once
// ResNet-18 and ResNet-34 for small images.
//
// He et al., "Deep residual learning for image recognition", CVPR 2016, table 1, with shortcut B; a 3x3 convolution
// of stride 1 in place of the 7x7 one and its max-pooling.
#include <torch/nn/modules/batchnorm.h>

#include <array>
#include <memory>
#include <vector>

#include "nn/layers.hpp"

namespace m2m::nn {

/// Two 3x3 convolutions with batch norm, and a shortcut: the input itself, or a 1x1 convolution of it with batch
/// norm if the block halves the image or changes the channels.
class ProjectionBlock : public torch::nn::Module {
 public:
  ProjectionBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, out, h / stride, w / stride]
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d conv_a_{nullptr}, conv_b_{nullptr}, shortcut_{nullptr};  // null if the shortcut is x itself
  torch::nn::BatchNorm2d bn_a_{nullptr}, bn_b_{nullptr}, bn_shortcut_{nullptr};
};

/// Number of blocks of each of four stages.
using StageBlocks = std::array<int, 4>;
inline constexpr StageBlocks resnet18_blocks = {2, 2, 2, 2};
inline constexpr StageBlocks resnet34_blocks = {3, 4, 6, 3};

/// Four stages of basic blocks with 64, 128, 256 and 512 channels.
class ProjectionResNet : public Network {
 public:
  ProjectionResNet(const NetworkSpec& spec, const StageBlocks& blocks);

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  torch::nn::Conv2d first_{nullptr};
  torch::nn::BatchNorm2d bn_first_{nullptr};
  std::vector<std::shared_ptr<ProjectionBlock>> blocks_;
};

/// Multiply-adds of one image through a 3x3 convolution, such stages with 1x1 convolutions as shortcuts where the
/// channels change, and a linear layer. Pure.
double basic_stages_multiply_adds(const NetworkSpec& spec, const StageBlocks& blocks);

}  // namespace m2m::nn
