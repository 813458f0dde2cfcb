#include "methods/m2m_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace m2m {
namespace {

/// An index drawn with probability in proportion to its weight; -1 where every weight is 0.
int draw_by_weight(std::span<const double> weights, double uniform) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum <= 0) return -1;
  double left = uniform * sum;
  int last_positive = -1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last_positive = static_cast<int>(i);
    left -= weights[i];
    if (left < 0) break;
  }
  return last_positive;
}

/// The slot whose image is the seed, drawn by the weight of each sample; -1 where there is none.
int draw_seed_by_sample(std::span<const std::int32_t> labels, std::span<const double> class_weight, Stream stream) {
  std::vector<double> weights(labels.size());
  std::transform(labels.begin(), labels.end(), weights.begin(),
                 [&](std::int32_t label) { return class_weight[label]; });
  return draw_by_weight(weights, stream.uniform());
}

/// The same, by the weight of each class that the batch holds, then uniformly among its samples.
int draw_seed_by_class(std::span<const std::int32_t> labels, std::span<const double> class_weight, Stream stream) {
  std::vector<double> weights(class_weight.size(), 0.0);
  for (std::int32_t label : labels) weights[label] = class_weight[label];
  const int seed_class = draw_by_weight(weights, stream.uniform());
  if (seed_class < 0) return -1;
  std::vector<int> slots;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == seed_class) slots.push_back(static_cast<int>(i));
  }
  return slots[stream.below(static_cast<std::int64_t>(slots.size()))];
}

/// Scales per channel that bring the noise's norm over all n images down to `norm`, where it is above.
std::vector<double> noise_scales(const PlanBasis& basis, const StepTranslations& planned, int epoch,
                                 std::int64_t step, double norm, ImageShape shape) {
  std::vector<double> squares(static_cast<std::size_t>(shape.channels), 0.0);
  std::vector<double> noise(static_cast<std::size_t>(shape.size()));
  const std::size_t plane = noise.size() / squares.size();
  for (const Translation& translation : planned.chosen) {
    draw_noise(basis.plan, epoch, step, translation.slot, noise);
    for (std::size_t i = 0; i < noise.size(); ++i) squares[i / plane] += noise[i] * noise[i];
  }
  std::vector<double> scales(squares.size());
  // The 1e-7 is that of the authors' renorm.
  std::transform(squares.begin(), squares.end(), scales.begin(), [norm](double square) {
    return std::sqrt(square) > norm ? norm / (std::sqrt(square) + 1e-7) : 1.0;
  });
  return scales;
}

/// The same for vectors of features, each by itself.
void scale_each(const PlanBasis& basis, StepTranslations& planned, int epoch, std::int64_t step, double norm,
                ImageShape shape) {
  std::vector<double> noise(static_cast<std::size_t>(shape.size()));
  const double most = norm / std::sqrt(static_cast<double>(planned.n()));
  for (Translation& translation : planned.chosen) {
    draw_noise(basis.plan, epoch, step, translation.slot, noise);
    const double length = std::sqrt(std::inner_product(noise.begin(), noise.end(), noise.begin(), 0.0));
    translation.noise_scale = length > most ? most / length : 1.0;
  }
  planned.noise_scale = {1.0};
}

void scale_noise(const PlanBasis& basis, StepTranslations& planned, int epoch, std::int64_t step,
                 std::optional<double> norm, ImageShape shape) {
  if (shape.is_vector()) {
    scale_each(basis, planned, epoch, step, norm.value_or(0.866), shape);
  } else {
    planned.noise_scale = noise_scales(basis, planned, epoch, step, norm.value_or(0.5), shape);
  }
}

}  // namespace

std::vector<std::int32_t> StepTranslations::worked_slots() const {
  std::vector<std::int32_t> slots;
  for (const Translation& translation : chosen) {
    if (translation.worked) slots.push_back(translation.slot);
  }
  return slots;
}

double accept_probability(const ClassCounts& counts, int seed, int target, double beta) {
  const auto surplus = std::max<std::int64_t>(counts[seed] - counts[target], 0);
  return 1.0 - std::pow(beta, static_cast<double>(surplus));
}

double generate_probability(const ClassCounts& counts, int label) {
  return 1.0 - static_cast<double>(counts[label]) / static_cast<double>(largest(counts));
}

StepTranslations plan_translations(const PlanBasis& basis, std::span<const Slot> slots, int epoch,
                                   std::int64_t step, const M2mPlanSettings& settings, ImageShape shape) {
  std::vector<std::int32_t> labels(slots.size());
  std::transform(slots.begin(), slots.end(), labels.begin(),
                 [&](const Slot& slot) { return basis.labels[slot.image]; });

  StepTranslations planned;
  std::vector<double> class_weight(basis.counts.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const int target = labels[i];
    const auto stream = [&](Purpose purpose) { return Stream(basis.plan, purpose, epoch, step, i); };
    if (stream(Purpose::generate).uniform() >= generate_probability(basis.counts, target)) continue;
    for (std::size_t k = 0; k < class_weight.size(); ++k) {
      class_weight[k] = accept_probability(basis.counts, static_cast<int>(k), target, settings.beta);
    }
    const int seed = settings.seed_by == SeedBy::sample
                         ? draw_seed_by_sample(labels, class_weight, stream(Purpose::seed_image))
                         : draw_seed_by_class(labels, class_weight, stream(Purpose::seed_image));
    if (seed < 0) {
      planned.without_seed.push_back(target);
      continue;
    }
    const bool coin = stream(Purpose::coin).uniform() < class_weight[labels[seed]];
    const bool worked = coin || settings.order == CoinOrder::translate_first;
    planned.chosen.push_back({static_cast<std::int32_t>(i), seed, labels[seed], target, coin, worked});
  }
  if (settings.random_start && !planned.chosen.empty()) {
    scale_noise(basis, planned, epoch, step, settings.noise_norm, shape);
  }
  return planned;
}

void draw_noise(Key plan, int epoch, std::int64_t step, std::int32_t slot, std::span<double> out) {
  Stream stream(plan, Purpose::noise, epoch, step, slot);
  for (double& value : out) value = stream.coarse_uniform() - 0.5;
}

}  // namespace m2m
