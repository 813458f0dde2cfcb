#pragma once
// Mixing pairs of samples, the plan: with whom each slot of a step is mixed, how, and what its label is then.
#include <optional>
#include <span>
#include <vector>

#include "core/config.hpp"
#include "data/epoch_plan.hpp"
#include "methods/batch.hpp"
#include "methods/losses.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"

namespace m2m::methods {

/// A rectangle of pixels.
struct Box {
  int top = 0, left = 0, height = 0, width = 0;
};

/// How a step is mixed: x_i = share * x_i + (1 - share) * x_partner, or the partner's pixels inside of a box.
struct StepMix {
  std::vector<data::Slot> partners;  // [slots]; empty: the step is not mixed
  std::vector<double> label_shares;  // [slots], of a slot's own label; the rest is its partner's
  double share = 1;
  std::optional<Box> box;
};

/// mixup: Zhang et al., ICLR 2018: one share of a step ~ Beta(alpha, alpha), partners a permutation of it.
/// Remix: Chou et al., "Remix: rebalanced mixup", ECCV 2020 workshops, equation 8: the same, but the label goes to
/// the rarer class where the other is kappa times as frequent and its share below tau.
/// CMO: Park et al., "The majority can help the minority", CVPR 2022, algorithm 1: CutMix (a box of area 1 - share
/// at a uniform place, cut at the border) of a class-balanced draw onto the plain one, in about every second step.
/// Pure; bit-identical everywhere. basis: slots are of its plan.
StepMix plan_mix(const data::PlanInputs& basis, std::span<const data::Slot> slots, int epoch, std::int64_t step,
                 data::ImageShape shape, const settings::MixSettings& settings);

/// Remix's share of a slot's own label. n_own, n_other: training samples of the two classes.
double remix_label_share(double share, double n_own, double n_other, double kappa, double tau);

/// A number from Beta(alpha, alpha), by two gamma variates (Marsaglia, Tsang: "A simple method for generating gamma
/// variables", 2000).
double draw_beta(Stream& stream, double alpha);

// Mixing pairs of samples, the tensors.

/// Mixes a rank's share of a step in place.
///
/// partners: what stands opposite each of the batch's samples, [b, c, h, w]; their labels, int64 [b]; label_shares:
/// of the samples' own, [b]. Local.
struct Partners {
  torch::Tensor images, labels, label_shares;
};
void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch);

/// share * loss with the own label + (1 - share) * loss with the partner's; the loss itself where nothing is mixed.
/// [b]
torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch);

}  // namespace m2m::methods
