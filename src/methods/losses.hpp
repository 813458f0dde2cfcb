#pragma once
// Losses, per sample; averaging is the caller's.
#include <torch/types.h>

#include <functional>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"
#include "settings/loss_settings.hpp"

namespace m2m::methods {

/// (head outputs [n, K], targets int64 [n]) -> losses [n], class weights applied. Local; pure.
using LossFn = std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& targets)>;

/// Cross-entropy of each sample: log sum_j exp(z_j) - z_y.
///
/// logits: [n, K]; targets: int64 [n]. Returns [n]. Local.
torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets);

/// (1 - exp(-l))^gamma * l, of losses l that the class weights are in: Lin et al., "Focal loss for dense object
/// detection", ICCV 2017, equation 4, with the weights inside as in the M2m authors' program.
torch::Tensor focal(const torch::Tensor& losses, double gamma);

/// LDAM's margins m_k = max_margin * (N_k / N_K)^(-1/4), N_K the smallest count. [K]
/// Cao et al., "Learning imbalanced datasets with label-distribution-aware margin loss", NeurIPS 2019, equation 13.
std::vector<double> ldam_margins(const ClassCounts& counts, double max_margin);

/// What is added to the logits in training: tau * log(N_k / N). With tau 1, Balanced Softmax. [K]
/// Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10; Ren et al., "Balanced
/// meta-softmax for long-tailed visual recognition", NeurIPS 2020, equation 4.
std::vector<double> log_priors(const ClassCounts& counts, double tau);

/// Label-aware smoothing factors: from `tail` at the smallest count to `head` at the largest, along a quarter sine.
/// [K]; all `head` where the counts are equal. Zhong et al., "Improving calibration for long-tailed recognition",
/// CVPR 2021, equation 6 (concave).
std::vector<double> smoothing_factors(const ClassCounts& counts, double head, double tail);

/// Weights per class for the loss, [K], scaled to sum K; all 1 without. beta: of the effective number. Pure.
std::vector<double> make_class_weights(settings::ClassWeights kind, double beta, const ClassCounts& counts);

/// The loss of recipe.loss with its settings.
///
/// counts: [K] of the training part; weights: [K] by class; scale: what the head's outputs are multiplied by to be
/// logits (1 for a linear head).
LossFn make_loss(const Config& resolved, const ClassCounts& counts, const std::vector<double>& weights,
                 double scale);

}  // namespace m2m::methods
