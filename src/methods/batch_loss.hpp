#pragma once
// Terms of the loss that are of a whole batch, over all ranks, and not a mean over its samples.
#include <torch/types.h>

#include <functional>

#include "core/class_counts.hpp"
#include "core/config.hpp"

namespace m2m::methods {

/// Stacks a tensor of each rank, [...] -> [ranks, ...]; a gradient reaches this rank's own part. Collective.
using StackRanksFn = std::function<torch::Tensor(const torch::Tensor& own)>;

/// Computes a term of a step's loss, a scalar that is the same on every rank up to rounding, with the gradient of
/// this rank's outputs: the sum of the gradients over the ranks is that of one rank with the whole batch.
///
/// outputs: of the head for this rank's slots, [b, K], where b may be 0; labels: int64 [b]. Collective if `stack`
/// is.
using BatchLossFn = std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& labels,
                                                const StackRanksFn& stack)>;

/// Computes LADER, sum_k p_k (l_k + lambda l_k^2 - m_k), over the n samples of all ranks, with p the shares of the
/// classes in the training part, m_k the mean of z_ik over the samples i of class k (0 if there is none), and
/// l_k = log(1/n sum_i exp(z_ik) / (K p_y_i)).
///
/// Hong et al., "Disentangling label distribution for long-tailed visual recognition", CVPR 2021, equation 16: the
/// regularised Donsker-Varadhan bound of the log of p(x | k) / p(x) under a uniform label distribution, for which
/// the samples are weighted by 1 / (K p_y). Classes without a sample in the batch as in the authors' program, which
/// divides by K p_k in place of K p_y.
///
/// logits: [b, K]; labels: int64 [b]; log_priors: log p, [K], like the logits. Returns a scalar.
torch::Tensor lader(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& log_priors,
                    double lambda, const StackRanksFn& stack);

/// Makes the term of recipe.loss with its settings; empty unless that is LADE and its weight not 0.
///
/// counts: [K] of the training part; scale: factor from the head's outputs to logits.
BatchLossFn make_batch_loss(const Config& resolved, const ClassCounts& counts, double scale);

}  // namespace m2m::methods
