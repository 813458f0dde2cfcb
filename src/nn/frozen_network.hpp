#pragma once
// A network frozen for evaluation: its answers, and how they change with the pixels; not with its weights.
#include <torch/types.h>

#include <memory>

#include "nn/network.hpp"

namespace m2m::nn {

/// A copy of a network in evaluation mode, as fast as it can be had. What is asked of it leaves the network alone.
class FrozenNetwork {
 public:
  explicit FrozenNetwork(const Network& network) : head_(network.head()) {}
  virtual ~FrozenNetwork() = default;

  /// Takes over the network's weights and running statistics as they are now.
  void refresh();

  /// What the head is given. pixels: [n, c, h, w] in [0, 1] of the network's precision (float32 where that computes
  /// in bfloat16) -> [n, features]. Local, deterministic.
  virtual torch::Tensor features(const torch::Tensor& pixels) = 0;

  /// The head's outputs, [n, K]: logits, or cosines. Local, deterministic.
  torch::Tensor outputs(const torch::Tensor& pixels);

  /// The same, and remembers what pixel_gradient needs, until the next call.
  torch::Tensor remembered_outputs(const torch::Tensor& pixels);

  /// Gradient of sum(outputs * gradient) with respect to the pixels last given to remembered_outputs.
  ///
  /// gradient: [n, K]. Returns [n, c, h, w]. Local, deterministic.
  torch::Tensor pixel_gradient(const torch::Tensor& gradient);

 protected:
  /// Everything but the head.
  virtual void refresh_features() = 0;
  virtual torch::Tensor remembered_features(const torch::Tensor& pixels) = 0;
  /// gradient: of the features last remembered, [n, features]. Returns [n, c, h, w].
  virtual torch::Tensor pixel_gradient_of_features(const torch::Tensor& gradient) = 0;

 private:
  FrozenHead head_;
  torch::Tensor features_;  // those remembered
};

/// Freezes `network` as it is now; it has to outlive the result.
///
/// ResNets are folded (batch norm becomes part of the convolutions): in float32 and bfloat16 on the CPU image by
/// image in own kernels, elsewhere in libtorch's operations. All others, and all whose spec says "torch", run as
/// they are through autograd.
std::unique_ptr<FrozenNetwork> freeze(Network& network);

}  // namespace m2m::nn
