#pragma once
// The last layer of a network: from features to one number a class; or one layer for each of several experts.
#include <torch/nn/module.h>
#include <torch/types.h>

#include "settings/choices.hpp"

namespace m2m::nn {

/// Its parameters are called `weight`, `bias` (linear) and `scales` (scaled), as a module named `linear`.
class Head : public torch::nn::Module {
 public:
  /// scaled: the output of each class is multiplied by a learnt factor (Kang et al., "Decoupling
  /// representation and classifier", ICLR 2020, section 4.2); it begins at 1. experts: E linear layers, each for
  /// its own F of E F features; neither cosine nor scaled if E > 1.
  Head(settings::HeadKind kind, int features, int classes, bool scaled, int experts = 1);

  /// features: [n, E F] -> [n, K], the mean over experts.
  torch::Tensor forward(const torch::Tensor& features) const;
  /// features: [n, E F] -> [n, E, K], the outputs of each expert.
  torch::Tensor expert_outputs(const torch::Tensor& features) const;

  settings::HeadKind kind() const { return kind_; }
  bool has_experts() const { return weight.dim() == 3; }

  torch::Tensor weight;  // linear: [K, F], or [E, K, F]; cosine: [F, K], a vector per class in each column
  torch::Tensor bias;    // [K], or [E, K]; undefined with cosines
  torch::Tensor scales;  // [K]; undefined if they are not learnt

 private:
  settings::HeadKind kind_;
};

/// A copy of a head with the weights of its last refresh, and its gradient without autograd. Experts become one
/// linear layer of all their features, because their mean is linear in these.
class FrozenHead {
 public:
  explicit FrozenHead(const Head& head);  // with its current weights

  /// Copies the current weights; the tensors keep their addresses.
  void refresh();
  /// features: [n, E F] -> [n, K].
  torch::Tensor outputs(const torch::Tensor& features) const;
  /// Gradient of sum(outputs * gradient) with respect to `features`. gradient: [n, K]; returns [n, E F].
  torch::Tensor feature_gradient(const torch::Tensor& features, const torch::Tensor& gradient) const;

 private:
  const Head& head_;
  torch::Tensor weight_, bias_, scales_;  // cosine: the class vectors at length 1
};

}  // namespace m2m::nn
