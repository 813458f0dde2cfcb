#pragma once
// M2m, what to translate: the decisions about a step's translations that do not depend on a network.
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

/// The images of each class that may be seed images: positions in the training part, [K].
using SeedPools = std::vector<std::vector<std::int32_t>>;

/// Draws the seed pools: the first m images of a permutation per class, so that a larger pool contains the smaller
/// ones; all images of a class with fewer. Pure.
SeedPools seed_pools(const data::PlanInputs& inputs, std::int64_t m);

/// Returns the probability of a coin that is won, from class `seed` to class `target`: 1 - beta^max(n_seed -
/// n_target, 0).
///
/// counts: [K] training images per class; beta in [0, 1). 0 unless the seed class is the larger one. Pure. Kim et
/// al. 2020, section 3.2.
double accept_probability(const ClassCounts& counts, int seed, int target, double beta);

/// Returns the probability that a slot of class `label` is chosen for generation: 1 - N_label / N_1.
double generate_probability(const ClassCounts& counts, int label);

/// A batch slot chosen for generation, with its seed image.
struct Translation {
  std::int32_t slot = 0;  // in the step; its label is the target
  data::Slot seed = {};   // with its augmentation: that of its slot in the step, or a new one if from a pool
  std::int32_t seed_class = 0;
  std::int32_t target = 0;
  std::int32_t label = 0;      // label that it is trained on
  bool coin = false;           // false: the translation is never accepted
  bool is_translated = false;  // false if the coin was tossed first and failed
  double noise_scale = 1;      // of the noise of a feature vector; images share StepTranslations::noise_scale
};

/// The translations of one step, over all ranks.
struct StepTranslations {
  std::vector<Translation> chosen;         // by slot; n of them, the divisor of the mean loss
  std::vector<std::int32_t> without_seed;  // targets of the slots for which no image can be a seed
  std::vector<double> noise_scale;         // [channels]; empty without random start or translations
  std::int64_t n() const { return static_cast<std::int64_t>(chosen.size()); }
  /// Returns the slots whose images are translated, ascending.
  std::vector<std::int32_t> translated_slots() const;
};

/// Plans the translations of one step: slots, seed images, targets and coins. Pure; bit-identical everywhere.
///
/// slots: one step of the base plan; pools: seed_pools() of settings.pool, unused if that is 0. With pools, a class
/// is drawn by weight among all K, then one image of its pool uniformly, with a new augmentation.
StepTranslations plan_translations(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                                   std::int64_t step, const settings::M2mSettings& settings, data::ImageShape shape,
                                   const SeedPools& pools = {});

/// Draws the noise of one translation before scaling: u - 0.5 with u uniform in [0, 1), by (epoch, step, slot).
///
/// out: [channels, height, width]. Pure.
void draw_noise(Key plan, int epoch, std::int64_t step, std::int32_t slot, std::span<double> out);

}  // namespace m2m::methods
