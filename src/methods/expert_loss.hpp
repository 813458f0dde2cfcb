#pragma once
// The loss of several experts: each is trained for another distribution of the classes.
#include <vector>

#include "core/class_counts.hpp"
#include "methods/losses.hpp"
#include "settings/choices.hpp"
#include "settings/loss_settings.hpp"

namespace m2m::methods {

/// The reversed prior: the largest share of the training part goes to the class with the smallest, and so on; equal
/// counts keep the order of their labels. [K], sums to 1. Pure.
std::vector<double> reversed_priors(const ClassCounts& counts);

/// The terms added to the logits of each expert in training, [E][K], with p the shares of the classes.
///
/// sade: 0; log p; log p - t log q, q the reversed shares and t = settings.reversed_tau. Zhang et al.,
/// "Self-supervised aggregation of diverse experts for test-agnostic long-tailed recognition", NeurIPS 2022.
/// logit_adjusted: t_e log p. Aimar et al., "Balanced product of calibrated experts for long-tailed recognition",
/// CVPR 2023; 0, 1, 2 in their program. Pure. Throws Error (internal) for `none`.
std::vector<std::vector<double>> expert_terms(settings::Experts kind, const settings::ExpertSettings& settings,
                                              const ClassCounts& counts);

/// Makes the loss of experts from the loss of one head: the sum over experts for sade, their mean for
/// logit_adjusted, as in the two programs. outputs: [n, E, K].
LossFn make_expert_loss(LossFn loss, settings::Experts kind, const settings::ExpertSettings& settings,
                        const ClassCounts& counts);

}  // namespace m2m::methods
