#pragma once
// A network frozen for evaluation: its answers, and how they change with the pixels; not with its weights.
#include <torch/types.h>

#include <memory>

#include "nn/network.hpp"

namespace m2m {

/// A copy of a network in evaluation mode, as fast as it can be had. What is asked of it leaves the network alone.
class FrozenNetwork {
 public:
  virtual ~FrozenNetwork() = default;

  /// Takes over the network's weights and running statistics as they are now.
  virtual void refresh() = 0;

  /// pixels: [n, c, h, w] in [0, 1] of the network's precision (float32 where that computes in bfloat16) ->
  /// logits [n, K]. Local, deterministic.
  virtual torch::Tensor logits(const torch::Tensor& pixels) = 0;

  /// The same, and remembers what pixel_gradient needs, until the next call.
  virtual torch::Tensor remembered_logits(const torch::Tensor& pixels) = 0;

  /// Gradient of sum(logits * logit_gradient) with respect to the pixels last given to remembered_logits.
  ///
  /// logit_gradient: [n, K]. Returns [n, c, h, w]. Local, deterministic.
  virtual torch::Tensor pixel_gradient(const torch::Tensor& logit_gradient) = 0;
};

/// Freezes `network` as it is now; it has to outlive the result.
///
/// ResNets are folded (batch norm becomes part of the convolutions): in float32 and bfloat16 on the CPU image by
/// image in own kernels, elsewhere in libtorch's operations. All others, and all whose spec says "torch", run as
/// they are through autograd.
std::unique_ptr<FrozenNetwork> freeze(Network& network);

}  // namespace m2m
