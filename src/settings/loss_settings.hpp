#pragma once
// Settings of losses, mixing, second stages and post-hoc methods.
#include <optional>
#include <span>

#include "settings/words.hpp"

namespace m2m::settings {

struct LossSettings {
  double effective_beta = 0.999;                    // of class weights by the effective number of samples
  double focal_gamma = 1;                           // how much samples that are sure count less
  double ldam_max_margin = 0.5;                     // of the rarest class, in cosines
  double logit_adjustment_tau = 1;                  // weight of the log prior; 1 is Balanced Softmax
  double smoothing_head = 0.3, smoothing_tail = 0;  // of the most and the least frequent class
  double logit_scale = 30;                          // what a cosine head's outputs are multiplied by to be logits
};
template <>
const Rows<LossSettings>& rows<LossSettings>();

/// What a loss is, beside its word.
struct LossFacts {
  Loss loss;
  const char* about;   // its equation
  bool needs_cosines;  // it is defined on cosines only
};
const LossFacts& facts_of(Loss loss);

struct MixSettings {
  Mixing kind{};                    // recipe.mixing, which is a row of Recipe
  double alpha = 1;                 // of the Beta distribution that shares are drawn from
  double remix_kappa = 3;           // Remix: how many times more frequent one class has to be
  double remix_tau = 0.5;           // Remix: below which share the frequent class loses the label
  double cmo_probability = 0.5;     // CMO: of a batch being mixed
  int cmo_from = 0, cmo_until = 0;  // CMO: epochs [from, until) mix
};
template <>
const Rows<MixSettings>& rows<MixSettings>();
/// The rows with the kind.
MixSettings read_mixing(const Config& resolved);

/// Stages that begin from a finished trial.
struct SecondStageSettings {
  int epochs = 10;
  double learning_rate = 0.1;  // at first; it falls to 0 along half a cosine
  double head_lr_factor = 1;   // of the head's weights, not of its factors
};
template <>
const Rows<SecondStageSettings>& rows<SecondStageSettings>();

struct PostHocSettings {
  std::optional<double> tau;  // by default the best on validation
};
template <>
const Rows<PostHocSettings>& rows<PostHocSettings>();

}  // namespace m2m::settings
