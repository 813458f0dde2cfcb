#include "methods/losses.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/error.hpp"
#include "methods/expert_loss.hpp"
#include "settings/recipe.hpp"

namespace m2m::methods {
namespace {

/// A number per class, on the device and in the precision of the tensors it is used with.
class PerClass {
 public:
  explicit PerClass(const std::vector<double>& values) : values_(torch::tensor(values, torch::kFloat64)) {}
  /// Returns all numbers, [K], like `other`. Converts them once per kind of tensor.
  const torch::Tensor& like(const torch::Tensor& other) {
    if (values_.scalar_type() != other.scalar_type() || values_.device() != other.device()) {
      values_ = values_.to(other.options());
    }
    return values_;
  }
  /// Returns the numbers of these classes, [n], like `other`.
  torch::Tensor of(const torch::Tensor& classes, const torch::Tensor& other) {
    return like(other).index_select(0, classes);
  }

 private:
  torch::Tensor values_;
};

/// The inputs of every loss: settings, counts, class weights and the factor to logits.
struct LossInputs {
  settings::LossSettings settings;
  const ClassCounts& counts;
  PerClass weights;
  double scale;
};

/// The cross-entropy of logits with class weights, the labels smoothed as the settings say.
class WeightedCrossEntropy {
 public:
  explicit WeightedCrossEntropy(const LossInputs& inputs)
      : weights_(inputs.weights), smoothing_(inputs.settings.label_smoothing) {}
  torch::Tensor operator()(const torch::Tensor& logits, const torch::Tensor& targets) {
    if (smoothing_ == 0) return weights_.of(targets, logits) * cross_entropy(logits, targets);
    return smoothed_cross_entropy(logits, targets, weights_.like(logits), smoothing_);
  }

 private:
  PerClass weights_;
  double smoothing_;
};

LossFn make_cross_entropy(const LossInputs& inputs) {
  return [loss = WeightedCrossEntropy(inputs), scale = inputs.scale](
             const auto& outputs, const auto& targets) mutable { return loss(scale * outputs, targets); };
}

/// The cross-entropy that the focal loss is made of: its labels are never smoothed.
LossFn make_plain_cross_entropy(const LossInputs& inputs) {
  return [weights = inputs.weights, scale = inputs.scale](const auto& outputs, const auto& targets) mutable {
    return weights.of(targets, outputs) * cross_entropy(scale * outputs, targets);
  };
}

LossFn make_focal(const LossInputs& inputs) {
  const double gamma = inputs.settings.focal_gamma;
  return [weighted = make_plain_cross_entropy(inputs), gamma](const auto& outputs, const auto& targets) {
    return focal(weighted(outputs, targets), gamma);
  };
}

LossFn make_ldam(const LossInputs& inputs) {
  PerClass margins(ldam_margins(inputs.counts, inputs.settings.ldam_max_margin, inputs.settings.ldam_power));
  return
      [weights = inputs.weights, margins, scale = inputs.scale](const auto& cosines, const auto& targets) mutable {
        const torch::Tensor index = targets.unsqueeze(1);
        const torch::Tensor margin = margins.of(targets, cosines).unsqueeze(1);
        const torch::Tensor lowered = cosines - torch::zeros_like(cosines).scatter(1, index, margin);
        return weights.of(targets, cosines) * cross_entropy(scale * lowered, targets);
      };
}

LossFn make_logit_adjusted(const LossInputs& inputs) {
  PerClass priors(log_priors(inputs.counts, inputs.settings.logit_adjustment_tau));
  return [loss = WeightedCrossEntropy(inputs), priors, scale = inputs.scale](const auto& outputs,
                                                                             const auto& targets) mutable {
    return loss(scale * outputs + priors.like(outputs), targets);
  };
}

LossFn make_vector_scaling(const LossInputs& inputs) {
  PerClass factors(logit_factors(inputs.counts, inputs.settings.vs_gamma));
  PerClass priors(log_priors(inputs.counts, inputs.settings.vs_tau));
  return [weights = inputs.weights, factors, priors, scale = inputs.scale](const auto& outputs,
                                                                           const auto& targets) mutable {
    const torch::Tensor adjusted = factors.like(outputs) * (scale * outputs) + priors.like(outputs);
    return weights.of(targets, outputs) * cross_entropy(adjusted, targets);
  };
}

LossFn make_label_aware_smoothing(const LossInputs& inputs) {
  const settings::LossSettings& settings = inputs.settings;
  PerClass factors(
      smoothing_factors(inputs.counts, settings.smoothing_head, settings.smoothing_tail, settings.smoothing_form));
  return
      [weights = inputs.weights, factors, scale = inputs.scale](const auto& outputs, const auto& targets) mutable {
        const torch::Tensor log_p = torch::log_softmax(scale * outputs, 1);
        const torch::Tensor cross_entropies = -log_p.gather(1, targets.unsqueeze(1)).squeeze(1);
        const torch::Tensor factor = factors.of(targets, outputs);
        return weights.of(targets, outputs) * ((1 - factor) * cross_entropies - factor * log_p.mean(1));
      };
}

/// The loss of samples that LADE has beside its term over the batch (batch_loss.hpp).
LossFn make_lade(const LossInputs& inputs) {
  PerClass priors(log_priors(inputs.counts, 1));
  return
      [weights = inputs.weights, priors, scale = inputs.scale](const auto& outputs, const auto& targets) mutable {
        return weights.of(targets, outputs) * cross_entropy(scale * outputs + priors.like(outputs), targets);
      };
}

using MakeLoss = LossFn (*)(const LossInputs&);

MakeLoss find_maker(settings::Loss loss) {
  switch (loss) {
    case settings::Loss::cross_entropy:
    case settings::Loss::gaussian_clouded:  // of outputs that mixed_loss() lowered by the batch's clouds
      return make_cross_entropy;
    case settings::Loss::focal:
      return make_focal;
    case settings::Loss::ldam:
      return make_ldam;
    case settings::Loss::logit_adjusted:
      return make_logit_adjusted;
    case settings::Loss::label_aware_smoothing:
      return make_label_aware_smoothing;
    case settings::Loss::vector_scaling:
      return make_vector_scaling;
    case settings::Loss::lade:
      return make_lade;
  }
  throw internal_error("a loss has no maker");
}

}  // namespace

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets) {
  return torch::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
}

torch::Tensor smoothed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                     const torch::Tensor& weights, double smoothing) {
  const torch::Tensor terms = -torch::log_softmax(logits, 1) * weights;
  return (1 - smoothing) * terms.gather(1, targets.unsqueeze(1)).squeeze(1) + smoothing * terms.mean(1);
}

torch::Tensor focal(const torch::Tensor& per_sample, double gamma) {
  return (1 - (-per_sample).exp()).pow(gamma) * per_sample;
}

std::vector<double> ldam_margins(const ClassCounts& counts, double max_margin, double power) {
  const auto smallest = static_cast<double>(*std::min_element(counts.begin(), counts.end()));
  std::vector<double> margins(counts.size());
  std::transform(counts.begin(), counts.end(), margins.begin(),
                 [&](std::int64_t n) { return max_margin * std::pow(static_cast<double>(n) / smallest, power); });
  return margins;
}

std::vector<double> log_priors(const ClassCounts& counts, double tau) {
  const auto all = static_cast<double>(total(counts));
  std::vector<double> priors(counts.size());
  std::transform(counts.begin(), counts.end(), priors.begin(),
                 [&](std::int64_t n) { return tau * std::log(static_cast<double>(n) / all); });
  return priors;
}

std::vector<double> logit_factors(const ClassCounts& counts, double gamma) {
  const auto largest_count = static_cast<double>(largest(counts));
  std::vector<double> factors(counts.size());
  std::transform(counts.begin(), counts.end(), factors.begin(),
                 [&](std::int64_t n) { return std::pow(static_cast<double>(n) / largest_count, gamma); });
  return factors;
}

namespace {

/// The share of the way from the tail's smoothing to the head's, `along` the way from the smallest count to the
/// largest.
double share_of_smoothing(settings::SmoothingForm form, double along) {
  const double angle = along * std::numbers::pi / 2;
  switch (form) {
    case settings::SmoothingForm::concave:
      return std::sin(angle);
    case settings::SmoothingForm::linear:
      return along;
    case settings::SmoothingForm::convex:
      return 1 - std::cos(angle);
  }
  throw internal_error("a form of smoothing has no equation");
}

}  // namespace

std::vector<double> smoothing_factors(const ClassCounts& counts, double head, double tail,
                                      settings::SmoothingForm form) {
  const auto largest_count = static_cast<double>(largest(counts));
  const auto smallest_count = static_cast<double>(*std::min_element(counts.begin(), counts.end()));
  std::vector<double> factors(counts.size());
  std::transform(counts.begin(), counts.end(), factors.begin(), [&](std::int64_t n) {
    const double along = largest_count > smallest_count
                             ? (static_cast<double>(n) - smallest_count) / (largest_count - smallest_count)
                             : 1.0;
    return tail + (head - tail) * share_of_smoothing(form, along);
  });
  return factors;
}

std::vector<double> cloud_sizes(const ClassCounts& counts, double noise) {
  const auto most = static_cast<double>(largest(counts));
  const auto least = static_cast<double>(*std::min_element(counts.begin(), counts.end()));
  std::vector<double> sizes(counts.size(), 0.0);
  if (most == least) return sizes;
  std::transform(counts.begin(), counts.end(), sizes.begin(), [&](std::int64_t n) {
    return noise * std::log(most / static_cast<double>(n)) / std::log(most / least);
  });
  return sizes;
}

void draw_clouds(Key plan, int epoch, std::int64_t step, std::int32_t slot, const std::vector<double>& sizes,
                 std::span<float> out) {
  Stream stream(plan, Purpose::logit_noise, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step),
                static_cast<std::uint32_t>(slot));
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    out[k] = static_cast<float>(sizes[k] * std::min(std::abs(stream.normal()) / 3, 1.0));
  }
}

std::vector<double> make_class_weights(settings::ClassWeights kind, const settings::LossSettings& settings,
                                       const ClassCounts& counts) {
  switch (kind) {
    case settings::ClassWeights::none:
      return std::vector<double>(counts.size(), 1.0);
    case settings::ClassWeights::inverse:
      return inverse_weights(counts);
    case settings::ClassWeights::effective:
      return effective_number_weights(counts, settings.effective_beta);
    case settings::ClassWeights::generalised:
      return generalised_weights(counts, settings.generalised_rho);
  }
  throw internal_error("a kind of class weights has no formula");
}

std::vector<double> tail_classes(const ClassCounts& counts, std::int64_t below) {
  std::vector<double> is_tail(counts.size());
  std::transform(counts.begin(), counts.end(), is_tail.begin(),
                 [below](std::int64_t n) { return n < below ? 1.0 : 0.0; });
  return is_tail;
}

LossFn weigh_classes(LossFn loss, const std::vector<double>& factors) {
  return [loss = std::move(loss), factors = PerClass(factors)](const auto& outputs, const auto& targets) mutable {
    const torch::Tensor losses = loss(outputs, targets);
    return factors.of(targets, losses) * losses;
  };
}

LossFn make_loss(const Config& resolved, const ClassCounts& counts, const std::vector<double>& weights,
                 double scale) {
  const LossInputs inputs{settings::read<settings::LossSettings>(resolved), counts, PerClass(weights), scale};
  const auto recipe = settings::read<settings::Recipe>(resolved);
  LossFn loss = find_maker(recipe.loss)(inputs);
  if (recipe.experts == settings::Experts::none) return loss;
  return make_expert_loss(std::move(loss), recipe.experts, settings::read<settings::ExpertSettings>(resolved),
                          counts);
}

}  // namespace m2m::methods
