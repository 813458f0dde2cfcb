#pragma once
// ResNets for small images: He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2, with
// shortcut A. Parameters have the names of the M2m authors' program, so its checkpoints load.
#include <torch/nn/modules/batchnorm.h>

#include <array>
#include <memory>
#include <vector>

#include "nn/layers.hpp"

namespace m2m::nn {

/// Two 3x3 convolutions with batch norm, and a shortcut: the input itself, or every second pixel of it with zero
/// channels appended if the block halves the image and doubles the channels.
class BasicBlock : public torch::nn::Module {
 public:
  BasicBlock(int in_channels, int out_channels, int stride, const Arithmetic& arithmetic);
  /// [n, in, h, w] -> [n, out, h / stride, w / stride], the last pixel is kept if h is odd
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Arithmetic arithmetic_;
  int added_channels_;
  torch::nn::Conv2d conv_a_{nullptr}, conv_b_{nullptr};
  torch::nn::BatchNorm2d bn_a_{nullptr}, bn_b_{nullptr};
};

/// Blocks one after the other, named "0", "1", ...; the first one halves the image if the channels change.
class ResNetStage : public torch::nn::Module {
 public:
  ResNetStage(int blocks, int in_channels, int out_channels, const Arithmetic& arithmetic);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::vector<std::shared_ptr<BasicBlock>> blocks_;
};

/// depth = 6 n + 2: three stages of n basic blocks with w, 2 w and 4 w channels, w = spec.first_channels.
class ResNet : public Network {
 public:
  /// first_channels: a multiple of 16 unless the spec says "torch"; 16 in the source.
  ResNet(const NetworkSpec& spec, int depth);

  int blocks_per_stage() const { return blocks_; }
  /// The channels of the stages.
  std::array<int, 3> channels() const { return stage_channels(spec()); }
  static std::array<int, 3> stage_channels(const NetworkSpec& spec) {
    return {spec.first_channels, 2 * spec.first_channels, 4 * spec.first_channels};
  }

  std::unique_ptr<FrozenNetwork> freeze() override;

 protected:
  torch::Tensor compute_features(const torch::Tensor& normalised) override;

 private:
  Arithmetic arithmetic_;
  int blocks_;
  torch::nn::Conv2d conv_1_3x3_{nullptr};
  torch::nn::BatchNorm2d bn_1_{nullptr};
  std::shared_ptr<ResNetStage> stage_1_, stage_2_, stage_3_;
};

/// Multiply-adds of one image's forward pass through all experts. Pure.
double resnet_multiply_adds(const NetworkSpec& spec, int depth);

}  // namespace m2m::nn
