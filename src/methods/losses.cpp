#include "methods/losses.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"

namespace m2m::methods {
namespace {

/// Numbers by class, where and in the precision that they are wanted.
class PerClass {
 public:
  explicit PerClass(const std::vector<double>& values) : values_(torch::tensor(values, torch::kFloat64)) {}
  /// [K], like `wanted`. Converted once for each new kind of tensor.
  const torch::Tensor& like(const torch::Tensor& wanted) {
    if (values_.scalar_type() != wanted.scalar_type() || values_.device() != wanted.device()) {
      values_ = values_.to(wanted.options());
    }
    return values_;
  }
  torch::Tensor of(const torch::Tensor& classes, const torch::Tensor& wanted) {
    return like(wanted).index_select(0, classes);
  }

 private:
  torch::Tensor values_;
};

/// What every loss is made from.
struct Basis {
  const Config& resolved;
  const ClassCounts& counts;
  PerClass weights;
  double scale;
};

LossFn make_cross_entropy(const Basis& basis) {
  return [weights = basis.weights, scale = basis.scale](const auto& outputs, const auto& targets) mutable {
    return weights.of(targets, outputs) * cross_entropy(scale * outputs, targets);
  };
}

LossFn make_focal(const Basis& basis) {
  const double gamma = basis.resolved.number("focal.gamma");
  return [weighted = make_cross_entropy(basis), gamma](const auto& outputs, const auto& targets) {
    return focal(weighted(outputs, targets), gamma);
  };
}

LossFn make_ldam(const Basis& basis) {
  PerClass margins(ldam_margins(basis.counts, basis.resolved.number("ldam.max_margin")));
  return [weights = basis.weights, margins, scale = basis.scale](const auto& cosines, const auto& targets) mutable {
    const torch::Tensor index = targets.unsqueeze(1);
    const torch::Tensor margin = margins.of(targets, cosines).unsqueeze(1);
    const torch::Tensor lowered = cosines - torch::zeros_like(cosines).scatter(1, index, margin);
    return weights.of(targets, cosines) * cross_entropy(scale * lowered, targets);
  };
}

LossFn make_logit_adjusted(const Basis& basis) {
  PerClass priors(log_priors(basis.counts, basis.resolved.number("logit_adjustment.tau")));
  return [weights = basis.weights, priors, scale = basis.scale](const auto& outputs, const auto& targets) mutable {
    return weights.of(targets, outputs) * cross_entropy(scale * outputs + priors.like(outputs), targets);
  };
}

LossFn make_label_aware_smoothing(const Basis& basis) {
  PerClass factors(smoothing_factors(basis.counts, basis.resolved.number("smoothing.head"),
                                     basis.resolved.number("smoothing.tail")));
  return [weights = basis.weights, factors, scale = basis.scale](const auto& outputs, const auto& targets) mutable {
    const torch::Tensor log_p = torch::log_softmax(scale * outputs, 1);
    const torch::Tensor own = -log_p.gather(1, targets.unsqueeze(1)).squeeze(1);
    const torch::Tensor factor = factors.of(targets, outputs);
    return weights.of(targets, outputs) * ((1 - factor) * own - factor * log_p.mean(1));
  };
}

struct Loss {
  const char* name;
  const char* about;
  bool needs_cosines;
  LossFn (*make)(const Basis&);
};

constexpr Loss losses[] = {
    {"cross-entropy", "w_y (log sum_j exp(z_j) - z_y)", false, make_cross_entropy},
    {"focal", "(1 - exp(-l))^gamma l, with l the weighted cross-entropy", false, make_focal},
    {"ldam", "w_y times the cross-entropy of s cos, with m_y taken off the true class's cosine, m_k ~ N_k^(-1/4)",
     true, make_ldam},
    {"logit-adjusted", "w_y times the cross-entropy of z + tau log(N_k / N)", false, make_logit_adjusted},
    {"label-aware-smoothing",
     "w_y ((1 - e_y) (-log p_y) + e_y mean_k(-log p_k)), e_k from smoothing.tail to smoothing.head along N_k",
     false, make_label_aware_smoothing},
};

const Loss& find_loss(const std::string& name) {
  for (const Loss& loss : losses) {
    if (name == loss.name) return loss;
  }
  throw internal_error("there is no loss '" + name + "'");
}

}  // namespace

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets) {
  return torch::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
}

torch::Tensor focal(const torch::Tensor& per_sample, double gamma) {
  return (1 - (-per_sample).exp()).pow(gamma) * per_sample;
}

std::vector<double> ldam_margins(const ClassCounts& counts, double max_margin) {
  const auto smallest = static_cast<double>(*std::min_element(counts.begin(), counts.end()));
  std::vector<double> margins(counts.size());
  std::transform(counts.begin(), counts.end(), margins.begin(),
                 [&](std::int64_t n) { return max_margin * std::pow(static_cast<double>(n) / smallest, -0.25); });
  return margins;
}

std::vector<double> log_priors(const ClassCounts& counts, double tau) {
  const auto all = static_cast<double>(total(counts));
  std::vector<double> priors(counts.size());
  std::transform(counts.begin(), counts.end(), priors.begin(),
                 [&](std::int64_t n) { return tau * std::log(static_cast<double>(n) / all); });
  return priors;
}

std::vector<double> smoothing_factors(const ClassCounts& counts, double head, double tail) {
  const auto most = static_cast<double>(largest(counts));
  const auto least = static_cast<double>(*std::min_element(counts.begin(), counts.end()));
  std::vector<double> factors(counts.size());
  std::transform(counts.begin(), counts.end(), factors.begin(), [&](std::int64_t n) {
    const double along = most > least ? (static_cast<double>(n) - least) / (most - least) : 1.0;
    return tail + (head - tail) * std::sin(along * std::numbers::pi / 2);
  });
  return factors;
}

LossFn make_loss(const Config& resolved, const ClassCounts& counts, const std::vector<double>& weights,
                 double scale) {
  return find_loss(resolved.text("recipe.loss")).make({resolved, counts, PerClass(weights), scale});
}

}  // namespace m2m::methods

namespace m2m::settings {

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const methods::Loss& loss : methods::losses) names.emplace_back(loss.name);
  return names;
}

bool needs_cosines(const std::string& loss) { return methods::find_loss(loss).needs_cosines; }

std::string about_loss(const std::string& loss) { return methods::find_loss(loss).about; }

std::vector<Field> loss_fields() {
  const auto field = [](const char* name, double standard, double most, const char* help, ActsWhere where) {
    return Field{.name = name,
                 .type = FieldType::number,
                 .standard = standard,
                 .unit = "",
                 .help = help,
                 .least = 0,
                 .most = most,
                 .acts_where = std::move(where)};
  };
  return {
      field("focal.gamma", 1, 100, "Focal loss: how much sure samples count less.", {"recipe.loss", {"focal"}}),
      field("ldam.max_margin", 0.5, 2, "LDAM: the margin of the rarest class, in cosines.",
            {"recipe.loss", {"ldam"}}),
      field("logit_adjustment.tau", 1, 100, "Logit-adjusted loss: weight of the log prior; 1 is Balanced Softmax.",
            {"recipe.loss", {"logit-adjusted"}}),
      field("smoothing.head", 0.3, 1, "Label-aware smoothing of the most frequent class.",
            {"recipe.loss", {"label-aware-smoothing"}}),
      field("smoothing.tail", 0, 1, "Label-aware smoothing of the rarest class.",
            {"recipe.loss", {"label-aware-smoothing"}}),
      field("train.logit_scale", 30, 1000, "What a cosine head's outputs are multiplied by to be logits.",
            {"recipe.head", {"cosine"}}),
  };
}

}  // namespace m2m::settings
