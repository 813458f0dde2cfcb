#pragma once
// M2m, what to translate: everything about a step's translations that does not depend on a network.
// Kim, Jeong, Shin, "M2m: Imbalanced classification via major-to-minor translation", CVPR 2020, algorithm 1.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/class_counts.hpp"
#include "core/philox.hpp"
#include "data/epoch_plan.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Per class, the images that may be seeds: positions in the training part. [K]
using SeedPools = std::vector<std::vector<std::int32_t>>;

/// The first m of one permutation per class, so that smaller pools lie in larger ones; all where a class has fewer.
/// Pure.
SeedPools seed_pools(const data::PlanInputs& basis, std::int64_t m);

/// Probability that an image of class `seed` may be translated to class `target`: 1 - beta^max(n_seed - n_target,
/// 0).
///
/// counts: [K] training images per class; beta in [0, 1). 0 where the seed class is not the larger one.
/// Local and pure: the same answer on every rank. Kim et al. 2020, section 3.2.
double accept_probability(const ClassCounts& counts, int seed, int target, double beta);

/// Probability that a slot of class `label` is chosen for generation: 1 - N_label / N_1.
double generate_probability(const ClassCounts& counts, int label);

/// A slot chosen for generation, and the image it is to be translated from.
struct Translation {
  std::int32_t slot = 0;  // in the step; its own label is the target
  // the image as augmented: in the slot of the step that it is drawn from, or anew from a pool
  data::Slot seed = {};
  std::int32_t seed_class = 0;
  std::int32_t target = 0;
  std::int32_t label = 0;      // what it is trained on
  bool coin = false;           // false: the translation will not be kept, whatever comes out
  bool is_translated = false;  // whether it is translated at all
  double noise_scale = 1;      // of its own noise: vectors of features; of images, all have those of the step
};

struct StepTranslations {
  std::vector<Translation> chosen;         // by slot; their number is n, the divisor of the mean loss
  std::vector<std::int32_t> without_seed;  // targets of slots chosen where no image of the batch could be a seed
  std::vector<double> noise_scale;         // [channels]; empty where there is no random start or nothing was chosen
  std::int64_t n() const { return static_cast<std::int64_t>(chosen.size()); }
  /// The slots whose images are translated, ascending.
  std::vector<std::int32_t> translated_slots() const;
};

/// Which slots of one step are translated, from what, and what their coins say. Pure; bit-identical everywhere.
///
/// slots: one step of the base plan; pools: seed_pools of settings.pool, not looked at where that is 0. From a
/// pool, a class is drawn by weight among all K, then one of its images uniformly, with an augmentation of its own.
StepTranslations plan_translations(const data::PlanInputs& basis, std::span<const data::Slot> slots, int epoch,
                                   std::int64_t step, const settings::M2mSettings& settings, data::ImageShape shape,
                                   const SeedPools& pools = {});

/// The noise of one translation before scaling: u - 0.5 with u uniform in [0, 1), drawn by (epoch, step, slot).
///
/// out: [channels, height, width]. Pure.
void draw_noise(Key plan, int epoch, std::int64_t step, std::int32_t slot, std::span<double> out);

}  // namespace m2m::methods
