#include "methods/m2m_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace m2m::methods {

using data::PlanInputs;
using data::Slot;

namespace {

/// Draws an index with probability in proportion to its weight; -1 if every weight is 0.
int draw_by_weight(std::span<const double> weights, double uniform) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (sum <= 0) return -1;
  double rest = uniform * sum;
  int last_positive = -1;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last_positive = static_cast<int>(i);
    rest -= weights[i];
    if (rest < 0) break;
  }
  return last_positive;
}

/// Draws the slot of the seed image by the weight of each sample; -1 if all weights are 0.
int draw_seed_by_sample(std::span<const std::int32_t> labels, std::span<const double> class_weight, Stream stream) {
  std::vector<double> weights(labels.size());
  std::transform(labels.begin(), labels.end(), weights.begin(),
                 [&](std::int32_t label) { return class_weight[label]; });
  return draw_by_weight(weights, stream.uniform());
}

/// Draws the slot of the seed image: a class of the batch by weight, then one of its samples uniformly; -1 if all
/// weights are 0.
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

/// Returns the scales per channel that limit the noise's norm over all n images to `norm`.
std::vector<double> noise_scales(const PlanInputs& inputs, const StepTranslations& planned, int epoch,
                                 std::int64_t step, double norm, data::ImageShape shape) {
  std::vector<double> squares(static_cast<std::size_t>(shape.channels), 0.0);
  std::vector<double> noise(static_cast<std::size_t>(shape.size()));
  const std::size_t plane = noise.size() / squares.size();
  for (const Translation& translation : planned.chosen) {
    draw_noise(inputs.plan, epoch, step, translation.slot, noise);
    auto value = noise.begin();
    for (double& square : squares) {
      for (std::size_t i = 0; i < plane; ++i, ++value) square += *value * *value;
    }
  }
  std::vector<double> scales(squares.size());
  // The 1e-7 is that of the authors' renorm.
  std::transform(squares.begin(), squares.end(), scales.begin(), [norm](double square) {
    return std::sqrt(square) > norm ? norm / (std::sqrt(square) + 1e-7) : 1.0;
  });
  return scales;
}

/// Limits the norm of each feature vector's noise to its share of `norm`.
void scale_each(const PlanInputs& inputs, StepTranslations& planned, int epoch, std::int64_t step, double norm,
                data::ImageShape shape) {
  std::vector<double> noise(static_cast<std::size_t>(shape.size()));
  const double max_length = norm / std::sqrt(static_cast<double>(planned.n()));
  for (Translation& translation : planned.chosen) {
    draw_noise(inputs.plan, epoch, step, translation.slot, noise);
    const double length = std::sqrt(std::inner_product(noise.begin(), noise.end(), noise.begin(), 0.0));
    translation.noise_scale = length > max_length ? max_length / length : 1.0;
  }
  planned.noise_scale = {1.0};
}

void scale_noise(const PlanInputs& inputs, StepTranslations& planned, int epoch, std::int64_t step,
                 std::optional<double> norm, data::ImageShape shape) {
  if (shape.is_vector()) {
    scale_each(inputs, planned, epoch, step, norm.value_or(0.866), shape);
  } else {
    planned.noise_scale = noise_scales(inputs, planned, epoch, step, norm.value_or(0.5), shape);
  }
}

/// The random streams of one slot of a step.
struct SlotDraws {
  const PlanInputs& inputs;
  int epoch;
  std::int64_t step;
  std::size_t slot;
  Stream from(Purpose purpose) const {
    return {inputs.plan, purpose, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step),
            static_cast<std::uint32_t>(slot)};
  }
};

/// Returns the weights of the seed classes for a slot of class `target`, [K].
std::vector<double> class_weights(const ClassCounts& counts, int target, double beta) {
  std::vector<double> weights(counts.size());
  for (std::size_t k = 0; k < weights.size(); ++k) {
    weights[k] = accept_probability(counts, static_cast<int>(k), target, beta);
  }
  return weights;
}

std::optional<Slot> draw_from_batch(const SlotDraws& draw, const std::vector<double>& weight,
                                    std::span<const Slot> slots, const std::vector<std::int32_t>& labels,
                                    settings::SeedBy seed_by) {
  const Stream stream = draw.from(Purpose::seed_image);
  const int slot = seed_by == settings::SeedBy::sample ? draw_seed_by_sample(labels, weight, stream)
                                                       : draw_seed_by_class(labels, weight, stream);
  if (slot < 0) return std::nullopt;
  return slots[slot];
}

std::optional<Slot> draw_from_pool(const SlotDraws& draw, const std::vector<double>& weight,
                                   const SeedPools& pools) {
  const int seed_class = draw_by_weight(weight, draw.from(Purpose::seed_image).uniform());
  if (seed_class < 0) return std::nullopt;
  const std::vector<std::int32_t>& pool = pools[seed_class];
  const auto image = pool[draw.from(Purpose::pool_image).below(static_cast<std::int64_t>(pool.size()))];
  return data::augment_slot(draw.inputs, image,
                            {draw.from(Purpose::pool_crop), draw.from(Purpose::pool_transforms)});
}

/// Draws a class uniformly from those that are neither a nor b.
std::int32_t draw_other_class(Stream stream, std::int32_t classes, std::int32_t a, std::int32_t b) {
  auto label = static_cast<std::int32_t>(stream.below(classes - 2));
  const auto [low, high] = std::minmax(a, b);
  if (label >= low) ++label;
  if (label >= high) ++label;
  return label;
}

Translation draw_translation(const SlotDraws& draw, const Slot& seed, std::int32_t target,
                             const std::vector<double>& weight, const settings::M2mSettings& settings) {
  Translation translation;
  translation.slot = static_cast<std::int32_t>(draw.slot);
  translation.seed = seed;
  translation.seed_class = draw.inputs.labels[seed.image];
  translation.target = translation.label = target;
  if (settings.label == settings::TrainLabel::random) {
    translation.label =
        draw_other_class(draw.from(Purpose::random_label), static_cast<std::int32_t>(draw.inputs.counts.size()),
                         target, translation.seed_class);
  }
  translation.coin = draw.from(Purpose::coin).uniform() < weight[translation.seed_class];
  translation.is_translated = translation.coin || settings.order == settings::CoinOrder::translate_first;
  return translation;
}

}  // namespace

std::vector<std::int32_t> StepTranslations::translated_slots() const {
  std::vector<std::int32_t> slots;
  for (const Translation& translation : chosen) {
    if (translation.is_translated) slots.push_back(translation.slot);
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

SeedPools seed_pools(const PlanInputs& inputs, std::int64_t m) {
  SeedPools pools;
  for (std::size_t k = 0; k < inputs.positions_by_class.size(); ++k) {
    const auto& images = inputs.positions_by_class[k];
    const auto order = permutation(static_cast<std::int64_t>(images.size()),
                                   Stream(inputs.plan, Purpose::pool, 0, 0, static_cast<std::uint32_t>(k)));
    const auto size = std::min(m, static_cast<std::int64_t>(images.size()));
    pools.emplace_back();
    for (std::int64_t i = 0; i < size; ++i) pools.back().push_back(images[order[i]]);
  }
  return pools;
}

StepTranslations plan_translations(const PlanInputs& inputs, std::span<const Slot> slots, int epoch,
                                   std::int64_t step, const settings::M2mSettings& settings, data::ImageShape shape,
                                   const SeedPools& pools) {
  std::vector<std::int32_t> labels(slots.size());
  std::transform(slots.begin(), slots.end(), labels.begin(),
                 [&](const Slot& slot) { return inputs.labels[slot.image]; });
  StepTranslations planned;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const SlotDraws draw{inputs, epoch, step, i};
    if (draw.from(Purpose::generate).uniform() >= generate_probability(inputs.counts, labels[i])) continue;
    const std::vector<double> weight = class_weights(inputs.counts, labels[i], settings.beta);
    const auto seed = settings.pool > 0 ? draw_from_pool(draw, weight, pools)
                                        : draw_from_batch(draw, weight, slots, labels, settings.seed_by);
    if (!seed) {
      planned.without_seed.push_back(labels[i]);
      continue;
    }
    planned.chosen.push_back(draw_translation(draw, *seed, labels[i], weight, settings));
  }
  if (settings.random_start && !planned.chosen.empty()) {
    scale_noise(inputs, planned, epoch, step, settings.noise, shape);
  }
  return planned;
}

void draw_noise(Key plan, int epoch, std::int64_t step, std::int32_t slot, std::span<double> out) {
  Stream stream(plan, Purpose::noise, epoch, step, slot);
  stream.coarse_uniforms(out.data(), out.size());
  for (double& value : out) value -= 0.5;
}

}  // namespace m2m::methods
