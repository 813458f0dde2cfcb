#include "methods/expert_loss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace m2m::methods {

std::vector<double> reversed_priors(const ClassCounts& counts) {
  std::vector<std::size_t> rising(counts.size());  // classes from the rarest on
  std::iota(rising.begin(), rising.end(), std::size_t{0});
  std::stable_sort(rising.begin(), rising.end(), [&](auto a, auto b) { return counts[a] < counts[b]; });
  const auto all = static_cast<double>(total(counts));
  std::vector<double> reversed(counts.size());
  for (std::size_t i = 0; i < rising.size(); ++i) {
    reversed[rising[i]] = static_cast<double>(counts[rising[rising.size() - 1 - i]]) / all;
  }
  return reversed;
}

std::vector<std::vector<double>> expert_terms(settings::Experts kind, const settings::ExpertSettings& settings,
                                              const ClassCounts& counts) {
  std::vector<std::vector<double>> terms;
  if (kind == settings::Experts::logit_adjusted) {
    for (const double tau : settings.taus) terms.push_back(log_priors(counts, tau));
    return terms;
  }
  if (kind != settings::Experts::sade) throw internal_error("a trial without experts has no terms of experts");
  terms = {std::vector<double>(counts.size(), 0.0), log_priors(counts, 1), log_priors(counts, 1)};
  const std::vector<double> reversed = reversed_priors(counts);
  for (std::size_t k = 0; k < counts.size(); ++k) terms[2][k] -= settings.reversed_tau * std::log(reversed[k]);
  return terms;
}

LossFn make_expert_loss(LossFn loss, settings::Experts kind, const settings::ExpertSettings& settings,
                        const ClassCounts& counts) {
  const auto terms = expert_terms(kind, settings, counts);
  const double factor = kind == settings::Experts::sade ? 1.0 : 1.0 / static_cast<double>(terms.size());
  std::vector<torch::Tensor> added;
  for (const std::vector<double>& each : terms) added.push_back(torch::tensor(each, torch::kFloat64));
  return [loss = std::move(loss), added, factor](const auto& outputs, const auto& targets) mutable {
    torch::Tensor sum;
    for (std::size_t e = 0; e < added.size(); ++e) {
      added[e] = added[e].to(outputs.options());  // converts once; later it is like the outputs
      const torch::Tensor of_expert = loss(outputs.select(1, static_cast<std::int64_t>(e)) + added[e], targets);
      sum = sum.defined() ? sum + of_expert : of_expert;
    }
    return factor * sum;
  };
}

}  // namespace m2m::methods
