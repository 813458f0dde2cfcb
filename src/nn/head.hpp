#pragma once
// The last layer of a network: from features to one number a class; or one layer for each of several experts.
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>

#include "settings/choices.hpp"

namespace m2m::nn {

/// The parameters of an adaptive calibration of outputs z for features x, with a confidence c in (0, 1):
/// z_k -> (1 + c s_k) z_k + c b_k, c = sigmoid(v x + a). Zhang et al., "Distribution alignment: a unified framework
/// for long-tail visual recognition", CVPR 2021, in the form of its program for image classification.
struct Calibration {
  torch::Tensor magnitudes, margins;          // [K]: s and b
  torch::Tensor confidence, confidence_bias;  // [F] and [1]: v and a

  bool defined() const { return magnitudes.defined(); }
  /// Returns the confidence in each sample, [n, 1].
  torch::Tensor confidences(const torch::Tensor& features) const;
  /// features: [n, F]; outputs: [n, K] -> [n, K].
  torch::Tensor operator()(const torch::Tensor& features, const torch::Tensor& outputs) const;
};

/// Its parameters are called `weight`, `bias` (linear), `scales` (scaled), and `magnitudes`, `margins`,
/// `confidence` and `confidence_bias` (calibrated), as a module named `linear`.
class Head : public torch::nn::Module {
 public:
  /// scaled: the output of each class is multiplied by a learnt factor (Kang et al., "Decoupling
  /// representation and classifier", ICLR 2020, section 4.2); it begins at 1.
  /// calibrated: a learnt Calibration follows; it begins with s = 1, b = 0, v = 0.1 and a = 0.
  /// experts: E linear layers, each for its own F of E F features; neither cosine, scaled nor calibrated if E > 1.
  Head(settings::HeadKind kind, int features, int classes, bool scaled, bool calibrated = false, int experts = 1);

  /// features: [n, E F] -> [n, K], the mean over experts.
  torch::Tensor forward(const torch::Tensor& features) const;
  /// features: [n, E F] -> [n, E, K], the outputs of each expert.
  torch::Tensor expert_outputs(const torch::Tensor& features) const;

  settings::HeadKind kind() const { return kind_; }
  /// F, the number of features; of each expert.
  std::int64_t features() const { return weight.size(kind_ == settings::HeadKind::cosine ? 0 : -1); }
  bool has_experts() const { return weight.dim() == 3; }
  /// True if the parameter is one of the calibration's.
  bool is_calibration(const torch::Tensor& parameter) const;

  torch::Tensor weight;     // linear: [K, F], or [E, K, F]; cosine: [F, K], a vector per class in each column
  torch::Tensor bias;       // [K], or [E, K]; undefined with cosines
  torch::Tensor scales;     // [K]; undefined if they are not learnt
  Calibration calibration;  // undefined if it is not learnt

 private:
  settings::HeadKind kind_;
};

/// Returns the bound of MaxNorm, min_k ||w_k|| + share * (max_k ||w_k|| - min_k ||w_k||) over the class vectors of
/// a linear head: Alshammari et al., "Long-tailed recognition via weight balancing", CVPR 2022, as in its program.
/// Blocks the host; deterministic.
double max_norm_bound(const Head& head, double share);

/// Projects the class vectors of a linear head onto the ball of that radius: w_k = min(1, radius / ||w_k||) w_k.
/// Alshammari et al., equation 5. Local, deterministic; does not block the host.
void limit_class_vectors(const Head& head, double radius);

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

  bool is_cosine() const { return head_.kind() == settings::HeadKind::cosine; }
  /// [K, E F], of cosines [F, K] with columns of length 1.
  const torch::Tensor& weight() const { return weight_; }
  /// [K] each; not defined if the head has none.
  const torch::Tensor& bias() const { return bias_; }
  const torch::Tensor& scales() const { return scales_; }

 private:
  torch::Tensor outputs_before_calibration(const torch::Tensor& features) const;
  torch::Tensor gradient_before_calibration(const torch::Tensor& features, const torch::Tensor& gradient) const;

  const Head& head_;
  torch::Tensor weight_, bias_, scales_;  // cosine: the class vectors at length 1
  Calibration calibration_;
};

}  // namespace m2m::nn
