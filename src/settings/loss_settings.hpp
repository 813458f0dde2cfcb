#pragma once
// Settings of losses, mixing, second stages and post-hoc methods.
#include <optional>
#include <span>
#include <vector>

#include "settings/words.hpp"

namespace m2m::settings {

/// The settings of losses and class weights.
struct LossSettings {
  double effective_beta = 0.999;                    // of class weights by the effective number of samples
  double generalised_rho = 1.2;                     // of class weights by a power of the class frequency
  double label_smoothing = 0;                       // share of a label that is spread over all classes
  double focal_gamma = 1;                           // how strongly confident samples count less
  double ldam_max_margin = 0.5;                     // of the rarest class, in cosines
  double ldam_power = -0.25;                        // exponent of N_k in the margins
  double logit_adjustment_tau = 1;                  // weight of the log prior; 1 is Balanced Softmax
  double smoothing_head = 0.3, smoothing_tail = 0;  // of the most and the least frequent class
  SmoothingForm smoothing_form{};                   // from the one to the other
  double vs_gamma = 0.3;                            // vector scaling: exponent of N_k in the factor of a logit
  double vs_tau = 1;                                // vector scaling: weight of the log prior
  double gcl_noise = 0.5;                           // Gaussian clouds: size of the rarest class's, in cosines
  double lade_alpha = 0.1;                          // LADE: weight of the term over the batch
  double lade_lambda = 0.1;                         // LADE: weight of the square in that term
  double logit_scale = 30;                          // factor from the outputs of a cosine head to logits
};
template <>
const Rows<LossSettings>& rows<LossSettings>();

/// The settings of experts.
struct ExpertSettings {
  std::vector<double> taus = {0, 1, 2};  // of logit adjustment, one for each expert
  double reversed_tau = 2;               // SADE: weight of the reversed log prior in the third loss
};
template <>
const Rows<ExpertSettings>& rows<ExpertSettings>();

/// The number of experts; 1 without any. Pure.
int count_experts(Experts kind, const ExpertSettings& settings);

/// A row of the table of losses.
struct LossFacts {
  Loss loss;
  const char* about;   // its equation
  bool needs_cosines;  // it is defined on cosines only
};
/// The row of a loss.
const LossFacts& facts_of(Loss loss);

/// The settings of mixing.
struct MixSettings {
  Mixing kind{};                    // recipe.mixing; its row is among those of Recipe
  double alpha = 1;                 // shares are drawn from Beta(alpha, alpha), or Beta(alpha, 1)
  double remix_kappa = 3;           // Remix: least ratio of the counts of the two classes
  double remix_tau = 0.5;           // Remix: share below which the frequent class loses the label
  double cmo_probability = 0.5;     // CMO: probability that a batch is mixed
  int cmo_from = 0, cmo_until = 0;  // CMO: epochs [from, until) mix
  double cutmix_probability = 0.5;  // CutMix: probability that a batch is mixed
  double unimix_tau = -0.5;         // UniMix: exponent of N_k in the weight of a partner
  double mamix_power = -0.25;       // MAMix: exponent of N_k in the margins
  double h2t_share = 0.25;          // H2T: share of the features that are the partner's
};
template <>
const Rows<MixSettings>& rows<MixSettings>();
/// Reads all settings of mixing, with `kind` from the recipe. Pure.
MixSettings read_mixing(const Config& resolved);

/// The settings of second stages.
struct SecondStageSettings {
  int epochs = 10;
  double learning_rate = 0.1;             // at the start; falls to 0 along half a cosine
  double head_lr_factor = 1;              // of the weights of the head, not of its factors
  std::optional<double> weight_decay;     // by default that of TrainSettings
  std::optional<double> label_smoothing;  // by default that of LossSettings
  std::optional<double> max_norm;  // bound of class vectors, from the shortest (0) to the longest (1) at the start
};
template <>
const Rows<SecondStageSettings>& rows<SecondStageSettings>();

/// The settings of post-hoc methods.
struct PostHocSettings {
  std::optional<double> tau;          // by default the best on validation
  std::optional<double> temperature;  // by default fitted on validation
};
template <>
const Rows<PostHocSettings>& rows<PostHocSettings>();

}  // namespace m2m::settings
