#pragma once
// The last layer of a network: from features to one number a class.
#include <torch/nn/module.h>
#include <torch/types.h>

#include "settings/choices.hpp"

namespace m2m::nn {

/// Its parameters are called `weight`, `bias` (linear) and `scales` (scaled), as a module named `linear`.
class Head : public torch::nn::Module {
 public:
  /// scaled: the output of each class is multiplied by a learnt factor (Kang et al., "Decoupling
  /// representation and classifier", ICLR 2020, section 4.2); it begins at 1.
  Head(settings::HeadKind kind, int features, int classes, bool scaled);

  /// features: [n, F] -> [n, K].
  torch::Tensor forward(const torch::Tensor& features) const;

  settings::HeadKind kind() const { return kind_; }

  torch::Tensor weight;  // linear: [K, F]; cosine: [F, K], a vector per class in each column
  torch::Tensor bias;    // [K]; undefined with cosines
  torch::Tensor scales;  // [K]; undefined if they are not learnt

 private:
  settings::HeadKind kind_;
};

/// A copy of a head with the weights of its last refresh, and its gradient without autograd.
class FrozenHead {
 public:
  explicit FrozenHead(const Head& head);  // with its current weights

  /// Copies the current weights; the tensors keep their addresses.
  void refresh();
  /// features: [n, F] -> [n, K].
  torch::Tensor outputs(const torch::Tensor& features) const;
  /// Gradient of sum(outputs * gradient) with respect to `features`. gradient: [n, K]; returns [n, F].
  torch::Tensor feature_gradient(const torch::Tensor& features, const torch::Tensor& gradient) const;

 private:
  const Head& head_;
  torch::Tensor weight_, bias_, scales_;  // cosine: the class vectors at length 1
};

}  // namespace m2m::nn
