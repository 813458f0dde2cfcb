#pragma once
// ResNets for small images: He et al., "Deep residual learning for image recognition", CVPR 2016, section 4.2, with
// shortcut A. Parameters bear the names of the M2m authors' program, so their checkpoints load as they are.
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "kernels/instruction_set.hpp"
#include "nn/network.hpp"

namespace m2m {

/// How a ResNet's layers compute.
struct ResNetArithmetic {
  bool bfloat16;  // convolve in bfloat16
  std::optional<kernels::InstructionSet>
      kernels;                         // of the own ones, where there are some; none: libtorch's operations
  const SumOverRanks* sum_over_ranks;  // the network's, for batch norm; null: there are no other ranks
};

/// Two 3x3 convolutions with batch norm, and a shortcut: the input itself, or every second pixel of it with zero
/// channels appended where the block halves the image and doubles the channels.
class BasicBlock : public torch::nn::Module {
 public:
  BasicBlock(int in_channels, int out_channels, int stride, const ResNetArithmetic& arithmetic);
  /// [n, in, h, w] -> [n, out, h / stride, w / stride], the last pixel kept where h is odd
  torch::Tensor forward(const torch::Tensor& x);

 private:
  ResNetArithmetic arithmetic_;
  int added_channels_;
  torch::nn::Conv2d conv_a{nullptr}, conv_b{nullptr};
  torch::nn::BatchNorm2d bn_a{nullptr}, bn_b{nullptr};
};

/// Blocks one after the other, named "0", "1", ...; the first one halves the image where the channels change.
class ResNetStage : public torch::nn::Module {
 public:
  ResNetStage(int blocks, int in_channels, int out_channels, const ResNetArithmetic& arithmetic);
  torch::Tensor forward(torch::Tensor x);

 private:
  std::vector<std::shared_ptr<BasicBlock>> blocks_;
};

/// depth = 6 n + 2: three stages of n basic blocks with 16, 32, 64 channels.
class ResNet : public Network {
 public:
  static constexpr std::array<int, 3> channels = {16, 32, 64};  // of the stages

  ResNet(const NetworkSpec& spec, int depth);

  int blocks_per_stage() const { return blocks_; }

 protected:
  torch::Tensor logits(const torch::Tensor& normalised) override;

 private:
  ResNetArithmetic arithmetic_;
  int blocks_;
  torch::nn::Conv2d conv_1_3x3{nullptr};
  torch::nn::BatchNorm2d bn_1{nullptr};
  std::shared_ptr<ResNetStage> stage_1, stage_2, stage_3;
  torch::nn::Linear linear{nullptr};
};

double resnet_multiply_adds(const NetworkSpec& spec, int depth);

}  // namespace m2m
