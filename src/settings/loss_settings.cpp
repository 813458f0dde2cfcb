#include "settings/loss_settings.hpp"

#include "settings/recipe.hpp"

namespace m2m::settings {
namespace {

Condition loss_is(Loss loss) { return {"recipe.loss", {to_text(loss)}}; }

Condition mixing_is(const std::vector<Mixing>& kinds) {
  Condition condition{"recipe.mixing", {}};
  for (const Mixing kind : kinds) condition.values.push_back(to_text(kind));
  return condition;
}

Condition trains(const std::vector<Trainable>& parts) {
  Condition condition{"recipe.train", {}};
  for (const Trainable part : parts) condition.values.push_back(to_text(part));
  return condition;
}

/// Class weights, smoothed labels, focus and margins.
Rows<LossSettings> weight_and_margin_rows() {
  return {
      setting("weights.beta", &LossSettings::effective_beta)
          .derived()
          .range(0, 0.9999999)
          .acts_if({"recipe.class_weights", {to_text(ClassWeights::effective)}})
          .help("Beta of the effective number of samples; by default 0.999 (protocol code) or 0.9999 (paper)."),
      setting("weights.rho", &LossSettings::generalised_rho)
          .range(0, 10)
          .acts_if({"recipe.class_weights", {to_text(ClassWeights::generalised)}})
          .help("Class weights by a power of the class frequency: its exponent; 0 gives equal weights, 1 1/N_k."),
      setting("train.label_smoothing", &LossSettings::label_smoothing)
          .range(0, 1)
          .acts_if({"recipe.loss", {to_text(Loss::cross_entropy), to_text(Loss::logit_adjusted)}})
          .silent_at_default()
          .help(
              "Share of each label that is spread evenly over all classes, for f and g; for the cross-entropy and "
              "the logit-adjusted loss."),
      setting("focal.gamma", &LossSettings::focal_gamma)
          .range(0, 100)
          .acts_if(loss_is(Loss::focal))
          .help("Focal loss: how strongly confident samples count less."),
      setting("ldam.max_margin", &LossSettings::ldam_max_margin)
          .range(0, 2)
          .acts_if(loss_is(Loss::ldam))
          .help("LDAM: the margin of the rarest class, in cosines."),
      setting("ldam.power", &LossSettings::ldam_power)
          .range(-10, 0)
          .silent_at_default()
          .acts_if(loss_is(Loss::ldam))
          .help("LDAM: exponent of N_k in the margins; 0 gives every class the same."),
  };
}

/// Terms and factors of logits, smoothing by class, and the scale of cosines.
Rows<LossSettings> logit_rows() {
  return {
      setting("logit_adjustment.tau", &LossSettings::logit_adjustment_tau)
          .range(0, 100)
          .acts_if(loss_is(Loss::logit_adjusted))
          .help("Logit-adjusted loss: weight of the log prior; 1 is Balanced Softmax."),
      setting("smoothing.head", &LossSettings::smoothing_head)
          .range(0, 1)
          .acts_if(loss_is(Loss::label_aware_smoothing))
          .help("Label-aware smoothing of the most frequent class."),
      setting("smoothing.tail", &LossSettings::smoothing_tail)
          .range(0, 1)
          .acts_if(loss_is(Loss::label_aware_smoothing))
          .help("Label-aware smoothing of the rarest class."),
      setting("smoothing.form", &LossSettings::smoothing_form)
          .silent_at_default()
          .acts_if(loss_is(Loss::label_aware_smoothing))
          .help("Label-aware smoothing from the rarest class to the most frequent one: along a quarter sine that "
                "rises fast first, a line, or a quarter sine that rises fast last."),
      setting("vs.gamma", &LossSettings::vs_gamma)
          .range(0, 10)
          .acts_if(loss_is(Loss::vector_scaling))
          .help("Vector-scaling loss: the logit of class k is multiplied by (N_k / N_1)^gamma; 0 leaves it out."),
      setting("vs.tau", &LossSettings::vs_tau)
          .range(0, 100)
          .acts_if(loss_is(Loss::vector_scaling))
          .help("Vector-scaling loss: weight of the log prior; 0 leaves it out."),
      setting("gcl.noise", &LossSettings::gcl_noise)
          .range(0, 2)
          .acts_if(loss_is(Loss::gaussian_clouded))
          .help("Gaussian-clouded loss: the most that noise lowers the rarest class's cosine; 0 leaves it out."),
      setting("lade.alpha", &LossSettings::lade_alpha)
          .range(0, 100)
          .acts_if(loss_is(Loss::lade))
          .help("LADE: weight of its term over the batch; 0 leaves it out."),
      setting("lade.lambda", &LossSettings::lade_lambda)
          .range(0, 100)
          .acts_if(loss_is(Loss::lade))
          .help("LADE: weight of the square of a class's log mean in that term."),
      setting("train.logit_scale", &LossSettings::logit_scale)
          .range(0, 1000)
          .acts_if({"recipe.head", {to_text(HeadKind::cosine)}})
          .help("Factor from the outputs of a cosine head to logits."),
  };
}

}  // namespace

template <>
const Rows<LossSettings>& rows<LossSettings>() {
  static const Rows<LossSettings> all = [] {
    Rows<LossSettings> joined = weight_and_margin_rows();
    const Rows<LossSettings> further = logit_rows();
    joined.insert(joined.end(), further.begin(), further.end());
    return joined;
  }();
  return all;
}

const LossFacts& facts_of(Loss loss) {
  static constexpr LossFacts facts[] = {
      {Loss::cross_entropy, "w_y (log sum_j exp(z_j) - z_y)", false},
      {Loss::focal, "(1 - exp(-l))^gamma l, with l the weighted cross-entropy", false},
      {Loss::ldam,
       "w_y times the cross-entropy of s cos, with m_y taken off the true class's cosine, m_k ~ N_k^(-1/4)", true},
      {Loss::logit_adjusted, "w_y times the cross-entropy of z + tau log(N_k / N)", false},
      {Loss::label_aware_smoothing,
       "w_y ((1 - e_y) (-log p_y) + e_y mean_k(-log p_k)), e_k from smoothing.tail to smoothing.head along N_k",
       false},
      {Loss::vector_scaling, "w_y times the cross-entropy of (N_k / N_1)^gamma z + tau log(N_k / N)", false},
      {Loss::gaussian_clouded,
       "w_y times the cross-entropy of s (cos - c_k |e|), c_k ~ log(N_1 / N_k), e ~ N(0, 1/9) cut to [-1, 1]",
       true},
      {Loss::lade,
       "w_y times the cross-entropy of z + log(N_k / N), and alpha sum_k N_k / N (l_k + lambda l_k^2 - m_k) over "
       "the batch, m_k the mean of z_k over the samples of class k, l_k = log mean_i(N / (K N_y) exp(z_k))",
       false},
  };
  for (const LossFacts& one : facts) {
    if (one.loss == loss) return one;
  }
  throw internal_error("a loss is not in the table of losses");
}

template <>
const Rows<MixSettings>& rows<MixSettings>() {
  static const Rows<MixSettings> all = {
      setting("mixup.alpha", &MixSettings::alpha)
          .range(1e-3, 1000)
          .acts_if(mixing_is({Mixing::mixup, Mixing::remix, Mixing::cmo, Mixing::cutmix, Mixing::unimix,
                              Mixing::mamix, Mixing::balanced_mixup}))
          .help("Parameter of Beta(alpha, alpha), from which the shares of mixed samples are drawn; balanced mixup "
                "draws from Beta(alpha, 1)."),
      setting("remix.kappa", &MixSettings::remix_kappa)
          .range(1, 1e6)
          .acts_if(mixing_is({Mixing::remix}))
          .help("Remix: least ratio of the counts of the two classes."),
      setting("remix.tau", &MixSettings::remix_tau)
          .range(0, 1)
          .acts_if(mixing_is({Mixing::remix}))
          .help("Remix: the share below which the frequent class loses the label."),
      setting("cmo.probability", &MixSettings::cmo_probability)
          .range(0, 1)
          .acts_if(mixing_is({Mixing::cmo}))
          .help("CMO: probability that a batch is mixed."),
      setting("cmo.from", &MixSettings::cmo_from)
          .derived()
          .unit("epochs")
          .range(0, 100000)
          .acts_if(mixing_is({Mixing::cmo}))
          .help("CMO: first epoch with mixing; by default 0.02 of train.epochs, or of second.epochs if a second "
                "stage mixes."),
      setting("cmo.until", &MixSettings::cmo_until)
          .derived()
          .unit("epochs")
          .range(0, 100000)
          .acts_if(mixing_is({Mixing::cmo}))
          .help("CMO: first epoch without mixing; by default 0.985 of train.epochs, or of second.epochs if a "
                "second stage "
                "mixes."),
      setting("cutmix.probability", &MixSettings::cutmix_probability)
          .range(0, 1)
          .acts_if(mixing_is({Mixing::cutmix}))
          .help("CutMix: probability that a batch is mixed."),
      setting("unimix.tau", &MixSettings::unimix_tau)
          .range(-10, 10)
          .acts_if(mixing_is({Mixing::unimix}))
          .help("UniMix: exponent of N_k in the probability with which a sample of the batch becomes a partner."),
      setting("mamix.power", &MixSettings::mamix_power)
          .range(-2, 2)
          .acts_if(mixing_is({Mixing::mamix}))
          .help("MAMix: exponent of N_k in the margins by which a pair's label is shared; 0 is mixup."),
      setting("h2t.share", &MixSettings::h2t_share)
          .range(0, 1)
          .acts_if(mixing_is({Mixing::head_to_tail}))
          .help(
              "H2T: share of a sample's features that are replaced by those of its partner, rounded down to whole "
              "features."),
  };
  return all;
}

MixSettings read_mixing(const Config& resolved) {
  auto settings = read<MixSettings>(resolved);
  settings.kind = read<Recipe>(resolved).mixing;
  return settings;
}

template <>
const Rows<SecondStageSettings>& rows<SecondStageSettings>() {
  const Condition second = trains({Trainable::head, Trainable::scales, Trainable::head_and_scales,
                                   Trainable::base_head, Trainable::calibration});
  static const Rows<SecondStageSettings> all = {
      setting("second.epochs", &SecondStageSettings::epochs)
          .unit("epochs")
          .range(1, 100000)
          .acts_if(second)
          .help("Epochs of a second stage."),
      setting("second.lr", &SecondStageSettings::learning_rate)
          .at_least(0)
          .acts_if(second)
          .help("Learning rate at the start of a second stage; it falls to 0 along half a cosine."),
      setting("second.head_lr_factor", &SecondStageSettings::head_lr_factor)
          .at_least(0)
          .acts_if(second)
          .help("Factor of the learning rate for the weights of the head, not for its factors."),
      setting("second.weight_decay", &SecondStageSettings::weight_decay)
          .at_least(0)
          .acts_if(second)
          .help("Weight decay of a second stage; by default train.weight_decay."),
      setting("second.label_smoothing", &SecondStageSettings::label_smoothing)
          .range(0, 1)
          .acts_if(second)
          .help(
              "Share of each label that a second stage spreads evenly over all classes, for the cross-entropy and "
              "the logit-adjusted loss; by default train.label_smoothing."),
      setting("second.max_norm", &SecondStageSettings::max_norm)
          .range(0, 1)
          .acts_if(trains({Trainable::head, Trainable::head_and_scales, Trainable::base_head}))
          .help(
              "MaxNorm: bound of the lengths of a head's class vectors in a second stage, from the shortest one at "
              "its start (0) to the longest (1); by default none."),
  };
  return all;
}

template <>
const Rows<PostHocSettings>& rows<PostHocSettings>() {
  static const Rows<PostHocSettings> all = {
      setting("post_hoc.tau", &PostHocSettings::tau)
          .range(0, 100)
          .acts_post_hoc()
          .acts_if({"recipe.post_hoc", {to_text(PostHoc::tau_normalisation), to_text(PostHoc::logit_adjustment)}})
          .help("Strength of a post-hoc method; by default the best of 0, 0.1, ... 2 on validation."),
      setting("post_hoc.temperature", &PostHocSettings::temperature)
          .range(0.01, 100)
          .acts_post_hoc()
          .acts_if({"recipe.post_hoc", {to_text(PostHoc::temperature)}})
          .help("Divisor of all logits; by default the one with the least negative log-likelihood on validation."),
  };
  return all;
}

}  // namespace m2m::settings
