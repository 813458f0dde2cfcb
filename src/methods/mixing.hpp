#pragma once
// Mixing pairs of samples: the plan of partners, shares and labels, and the tensors that follow it.
#include <cstdint>
#include <functional>
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

/// The mixing of a step: x_i = share * x_i + (1 - share) * x_partner, or the partner's pixels inside a box, or some
/// of the partner's features.
struct StepMix {
  std::vector<data::Slot> partners;  // [slots]; empty if the step is not mixed
  std::vector<double> label_shares;  // [slots], weight of the slot's label; the rest is its partner's
  double share = 1;                  // of all images
  bool shares_by_pair = false;       // true: label_shares are the shares of the images too
  std::optional<Box> box;
  bool mixes_features = false;  // true: images and labels stay; draw_replaced_features() says which features do not
};

/// Plans the mixing of one step. slots: of the plan made from `inputs`. Pure; bit-identical everywhere.
///
/// mixup: Zhang et al., ICLR 2018: one share per step from Beta(alpha, alpha), partners by a permutation.
/// Remix: Chou et al., "Remix: rebalanced mixup", ECCV 2020 workshops, equation 8: as mixup, but the label is that
/// of the rarer class if the other is at least kappa times as frequent and has a share below tau.
/// MAMix: as mixup, with labels by mamix_label_share().
///
/// CutMix: Yun et al., "CutMix: regularization strategy to train strong classifiers with localizable features",
/// ICCV 2019: in a step of probability cutmix.probability, a box of area 1 - share at a uniform place, cut at the
/// border, of partners by a permutation. The label's share is that of the pixels outside of the box. CMO: Park et
/// al., "The majority can help the minority", CVPR 2022, algorithm 1: CutMix of a class-balanced draw onto the
/// plain one, in about every second step.
///
/// UniMix: Xu, Chai, Yuan, "Towards calibrated model for long-tailed visual recognition from prior perspective",
/// NeurIPS 2021: a share per pair by unimix_share() of a draw from Beta(alpha, alpha). The partner is a sample of
/// the step, with replacement and probability proportional to N_k^tau of its class.
/// Balanced mixup: Galdran, Carneiro, Gonzalez Ballester, "Balanced-MixUp for highly imbalanced medical image
/// classification", MICCAI 2021: partners are class-balanced draws. Their share, one per step, is from
/// Beta(alpha, 1), so that of the plain sample is the larger one with alpha < 1.
///
/// Head to tail: Li et al., "Feature fusion from head to tail for long-tailed visual recognition", AAAI 2024:
/// partners are plain draws, of which every slot takes some features; its label stays.
StepMix plan_mix(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch, std::int64_t step,
                 data::ImageShape shape, const settings::MixSettings& settings);

/// Returns Remix's weight of a slot's label. n_slot, n_partner: training samples of the two classes. Pure.
double remix_label_share(double share, double n_slot, double n_partner, double kappa, double tau);

/// Returns MAMix's weight of a slot's label: 1/2 at share = k_partner / (k_slot + k_partner) with k = n^power, and
/// linear in share from 0 to there and from there to 1. Equal counts or power 0 give the share itself.
///
/// Cheng, Mai, Lin, "From SMOTE to mixup for deep imbalanced classification", 2023, as in the authors' program.
/// n_slot, n_partner: training samples of the two classes. Pure.
double mamix_label_share(double share, double n_slot, double n_partner, double power);

/// Returns UniMix's share of a slot: `draw` shifted by n_partner / (n_slot + n_partner), modulo 1. Pure.
double unimix_share(double draw, double n_slot, double n_partner);

/// Draws a number from Beta(alpha, alpha) by two gamma variates (Marsaglia, Tsang: "A simple method for generating
/// gamma variables", 2000).
double draw_beta(Stream& stream, double alpha);

/// Draws which of F features are the partners' in a step: floor(share * F) of them, [F] of 0 and 1, the same for
/// all slots. Pure; bit-identical everywhere.
std::vector<std::uint8_t> draw_replaced_features(Key plan, int epoch, std::int64_t step, std::int64_t features,
                                                 double share);

/// The partners of a batch's samples.
struct Partners {
  torch::Tensor images;                  // [b, c, h, w]
  torch::Tensor labels;                  // int64 [b]
  torch::Tensor label_shares;            // [b], weight of the sample's label
  torch::Tensor replaced_features = {};  // bool [F]; undefined unless features are mixed
};

/// Mixes a rank's shard of a step in place; notes the partners in the batch if their features are to be mixed.
/// Local.
void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch);

/// Returns features [b, F] of a batch's images, or for the features that are replaced those of its partners'.
/// network: images [b, c, h, w] -> [b, F].
torch::Tensor mixed_features(const std::function<torch::Tensor(const torch::Tensor& images)>& network,
                             const Batch& batch);

/// Returns share * loss with the sample's label + (1 - share) * loss with the partner's, [b]; the plain loss if the
/// batch is not mixed. Both losses are of outputs - batch.clouds, if it has any.
torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch);

}  // namespace m2m::methods
