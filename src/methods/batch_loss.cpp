#include "methods/batch_loss.hpp"

#include <cmath>

#include "methods/losses.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"

namespace m2m::methods {

torch::Tensor lader(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& log_priors,
                    double lambda, const StackRanksFn& stack) {
  const auto classes = static_cast<double>(logits.size(1));
  const torch::Tensor is_label = torch::zeros_like(logits).scatter(1, labels.unsqueeze(1), 1.0);
  const torch::Tensor log_weights = -log_priors.index_select(0, labels) - std::log(classes);
  // Log sums instead of sums go from rank to rank, so that large logits do not overflow.
  const torch::Tensor log_sums = torch::logsumexp(logits + log_weights.unsqueeze(1), 0);
  const torch::Tensor all =
      stack(torch::stack({log_sums, (is_label * logits).sum(0), is_label.sum(0)}));  // [ranks, 3, K]
  const torch::Tensor samples = all.select(1, 2).sum(0);
  const torch::Tensor mean = all.select(1, 1).sum(0) / samples.clamp_min(1);
  const torch::Tensor log_mean = torch::logsumexp(all.select(1, 0), 0) - samples.sum().log();
  return (log_priors.exp() * (log_mean + lambda * log_mean.square() - mean)).sum();
}

BatchLossFn make_batch_loss(const Config& resolved, const ClassCounts& counts, double scale) {
  const auto settings = settings::read<settings::LossSettings>(resolved);
  const bool has_term =
      settings::read<settings::Recipe>(resolved).loss == settings::Loss::lade && settings.lade_alpha > 0;
  if (!has_term) return {};
  return [priors = torch::tensor(log_priors(counts, 1), torch::kFloat64), scale, alpha = settings.lade_alpha,
          lambda = settings.lade_lambda](const auto& outputs, const auto& labels, const auto& stack) mutable {
    priors = priors.to(outputs.options());  // converts once; later it is like the outputs
    return alpha * lader(scale * outputs, labels, priors, lambda, stack);
  };
}

}  // namespace m2m::methods
