// The catalogue of methods: a row each.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "settings/recipe.hpp"

namespace m2m::settings {
namespace {

constexpr const char* alshammari = "Alshammari et al.: Long-tailed recognition via weight balancing, CVPR 2022";
constexpr const char* cao =
    "Cao et al.: Learning imbalanced datasets with label-distribution-aware margin loss, NeurIPS 2019";
constexpr const char* kang =
    "Kang et al.: Decoupling representation and classifier for long-tailed recognition, ICLR 2020";
constexpr const char* kim =
    "Kim, Jeong, Shin: M2m: Imbalanced classification via major-to-minor translation, CVPR 2020";
constexpr const char* hong =
    "Hong et al.: Disentangling label distribution for long-tailed visual recognition, CVPR 2021";
constexpr const char* kini =
    "Kini et al.: Label-imbalanced and group-sensitive classification under overparameterization, NeurIPS 2021";
constexpr const char* menon = "Menon et al.: Long-tail learning via logit adjustment, ICLR 2021";

constexpr const char* xu =
    "Xu, Chai, Yuan: Towards calibrated model for long-tailed visual recognition from prior perspective, NeurIPS "
    "2021";

/// The settings of a row: {"setting", value}, ...
using Sets = std::initializer_list<std::pair<const char*, Json>>;

Method row(const char* name, const char* about, const char* details, const char* source, Sets sets = {}) {
  Json object = Json::object();
  for (const auto& [setting, value] : sets) object[setting] = value;
  return {name, about, details, source, object};
}

/// Sampling and class weights.
std::vector<Method> resampling_and_reweighting() {
  return {
      row("ERM", "Empirical risk minimisation: cross-entropy on the data as they are.",
          "CE(z, y) on the data as they are", "Vapnik 1998"),
      row("RS", "Re-sampling: every class drawn equally often, from the first epoch on.",
          "class-balanced sampling from the first epoch: class k with probability proportional to 1/N_k, with "
          "replacement",
          "Japkowicz, Stephen: The class imbalance problem, 2002",
          {{"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}}),
      row("DRS", "Deferred re-sampling: ERM first, class-balanced batches from train.defer_until on.",
          "class-balanced sampling, deferred", cao,
          {{"recipe.rebalance", "deferred"}, {"recipe.sampling", "class-balanced"}}),
      row("SMOTE",
          "Every class is filled up to the largest with samples between neighbours, once, before training.",
          "every class filled up to N_1 with x = u x_i + (1-u) x_j, x_j the next nearest neighbour in turn; made "
          "once, bytes rounded, features not",
          "Chawla et al.: SMOTE: synthetic minority over-sampling technique, JAIR 2002",
          {{"recipe.rebalance", "at-once"}, {"recipe.sampling", "smote"}}),
      row("OPeN",
          "Over-sampling with pure noise: DRS in which some slots of rare classes show random noise instead.",
          "DRS in which a slot of class k shows noise with probability `open.delta` (1 - N_k/N_1), each pixel from "
          "the normal distribution of its channel, cut to [0, 1]; batch norm with statistics of its own for noise",
          "Zada, Benou, Irani: Pure noise to the rescue of insufficient data, ICML 2022",
          {{"recipe.rebalance", "deferred"},
           {"recipe.sampling", "class-balanced"},
           {"recipe.noise_images", "open"}}),
      row("RW", "Re-weighting: the loss of class k weighs 1/N_k, from the first epoch on.",
          "w_k ∝ 1/N_k, scaled to sum K; the batch mean is not divided by the weights' sum",
          "Huang et al.: Learning deep representation for imbalanced classification, CVPR 2016",
          {{"recipe.rebalance", "at-once"}, {"recipe.class_weights", "inverse"}}),
      row("CB-RW", "Re-weighting by the effective number of samples, from the first epoch on.",
          "w_k ∝ (1-β)/(1-β^N_k), with `weights.beta`",
          "Cui et al.: Class-balanced loss based on effective number of samples, CVPR 2019",
          {{"recipe.rebalance", "at-once"}, {"recipe.class_weights", "effective"}}),
      row("DRW", "Deferred re-weighting: ERM first, effective-number weights from train.defer_until on.",
          "CB-RW, deferred", cao, {{"recipe.rebalance", "deferred"}, {"recipe.class_weights", "effective"}}),
  };
}

/// Losses with margins or focus.
std::vector<Method> losses() {
  return {
      row("Focal", "Focal loss: samples that are classified well count less.",
          "(1 - e^-l)^γ l of l = w_y CE, with `focal.gamma`",
          "Lin et al.: Focal loss for dense object detection, ICCV 2017", {{"recipe.loss", "focal"}}),
      row("CB-Focal", "Class-balanced focal loss: Focal with CB-RW's weights, from the first epoch on.",
          "Focal with CB-RW's weights in w_y: softmax form, weights inside",
          "Cui et al.: Class-balanced loss based on effective number of samples, CVPR 2019",
          {{"recipe.loss", "focal"}, {"recipe.rebalance", "at-once"}, {"recipe.class_weights", "effective"}}),
      row("LDAM", "Label-distribution-aware margins: rarer classes have to be right by more.",
          "CE(30 (cos - m_y at y), y), m_k ∝ N_k^(-1/4), the largest `ldam.max_margin`", cao,
          {{"recipe.loss", "ldam"}, {"recipe.head", "cosine"}}),
      row("LDAM-DRW", "LDAM first, and with deferred re-weighting from train.defer_until on.",
          "LDAM, with DRW's weights from the deferral on", cao,
          {{"recipe.loss", "ldam"},
           {"recipe.head", "cosine"},
           {"recipe.rebalance", "deferred"},
           {"recipe.class_weights", "effective"}}),
      row("GCL",
          "Gaussian-clouded logit adjustment: noise lowers the cosines in training, more the rarer the class.",
          "CE(30 (cos - c |e|), y), c_k = `gcl.noise` log(N_1/N_k) / log(N_1/N_K), e_k ~ N(0, 1/9) cut to [-1, 1]; "
          "the first of the source's two stages",
          "Li, Cheung, Lu: Long-tailed visual recognition via Gaussian clouded logit adjustment, CVPR 2022",
          {{"recipe.loss", "gaussian-clouded"}, {"recipe.head", "cosine"}}),
  };
}

/// Translation and its ablations.
std::vector<Method> translation() {
  return {
      row("M2m",
          "Major-to-minor translation: from train.defer_until on, class-balanced slots of rare classes are filled "
          "with images of frequent classes, translated on the fly by gradient steps against g.",
          "x* = argmin L(g; x, k) + λ f_k0(x), by T gradient steps from an image of a frequent class k0; see "
          "[protocol.md](protocol.md)",
          kim,
          {{"recipe.rebalance", "deferred"}, {"recipe.sampling", "class-balanced"}, {"recipe.translate", "m2m"}}),
      row("M2m-LDAM", "M2m with LDAM as the loss of f.",
          "M2m with LDAM: f's raw cosines stand in the λ term; g stays linear, for a softmax of cosines is never "
          "sure",
          kim,
          {{"recipe.loss", "ldam"},
           {"recipe.head", "cosine"},
           {"recipe.rebalance", "deferred"},
           {"recipe.sampling", "class-balanced"},
           {"recipe.translate", "m2m"}}),
      row("M2m-RS", "M2m without deferral.", "M2m from the first epoch on", kim,
          {{"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}, {"recipe.translate", "m2m"}}),
      row("M2m-Rand", "M2m with accepted images under random other labels; an ablation.",
          "accepted images are trained on a class that is neither k nor k0; it unbalances the batch", kim,
          {{"recipe.rebalance", "deferred"},
           {"recipe.sampling", "class-balanced"},
           {"recipe.translate", "m2m"},
           {"m2m.label", "random"}}),
      row("M2m-RS-Rand", "M2m-RS with accepted images under random other labels; an ablation.",
          "M2m-Rand from the first epoch on", kim,
          {{"recipe.rebalance", "at-once"},
           {"recipe.sampling", "class-balanced"},
           {"recipe.translate", "m2m"},
           {"m2m.label", "random"}}),
      row("M2m-Clean", "M2m that shows seeds as they are instead of their translations; an ablation.",
          "accepted slots show the seed image itself; with `m2m.image = \"clean-coin\"` without the gamma test as "
          "well",
          kim,
          {{"recipe.rebalance", "deferred"},
           {"recipe.sampling", "class-balanced"},
           {"recipe.translate", "m2m"},
           {"m2m.image", "clean"}}),
  };
}

/// Logit adjustment, second stages and post-hoc methods.
std::vector<Method> adjustment_and_second_stages() {
  return {
      row("LA",
          "Logit adjustment in the loss: rarer classes have to be right by more, by the log of their frequency.",
          "CE(z + τ log(N_k/N), y), with `logit_adjustment.tau`", menon, {{"recipe.loss", "logit-adjusted"}}),
      row("Balanced-Softmax",
          "Softmax with each class's count in it: logit adjustment with tau 1 under its other name.",
          "LA with τ = 1 under its other name",
          "Ren et al.: Balanced meta-softmax for long-tailed visual recognition, NeurIPS 2020",
          {{"recipe.loss", "logit-adjusted"}, {"logit_adjustment.tau", 1.0}}),
      row("VS", "Vector-scaling loss: logits multiplied and shifted by class, in training only.",
          "CE((N_k/N_1)^γ z + τ log(N_k/N), y), with `vs.gamma` and `vs.tau`", kini,
          {{"recipe.loss", "vector-scaling"}}),
      row("CDT", "Class-dependent temperatures: logits divided by more the rarer the class, in training only.",
          "VS with τ = 0: CE(z / a, y), a_k = (N_1/N_k)^γ, with `vs.gamma`",
          "Ye et al.: Identifying and compensating for feature deviation in imbalanced deep learning, 2020",
          {{"recipe.loss", "vector-scaling"}, {"vs.tau", 0.0}}),
      row("LADE",
          "Balanced Softmax, and a term over the batch that takes the label distribution out of the logits.",
          "LA with τ = 1, and α Σ_k N_k/N (l_k + λ l_k² - m_k) once a batch: m_k the mean of z_k over its "
          "samples of class k, l_k = log mean_i(N/(K N_y) e^(z_k)); `lade.alpha`, `lade.lambda`",
          hong, {{"recipe.loss", "lade"}}),
      row("LA-post-hoc",
          "The log of the class frequencies taken off the logits of a finished trial, without training.",
          "z - τ log(N_k/N) of ERM's stored logits, `post_hoc.tau` by validation", menon,
          {{"recipe.start", "ERM"}, {"recipe.post_hoc", "logit-adjustment"}}),
      row("PC-Softmax",
          "Post-compensated softmax: the training prior of a finished trial replaced by a uniform one.",
          "LA-post-hoc with τ = 1: for a uniform test prior the same classes and probabilities", hong,
          {{"recipe.start", "ERM"}, {"recipe.post_hoc", "logit-adjustment"}, {"post_hoc.tau", 1.0}}),
      row("tau-norm", "The class vectors of a finished trial scaled by a power of their length, without training.",
          "(z_k - b_k) / ‖w_k‖^τ of ERM's stored logits and head, `post_hoc.tau` by validation", kang,
          {{"recipe.start", "ERM"}, {"recipe.post_hoc", "tau-normalisation"}}),
      row("cRT", "A new head on the frozen features of ERM, trained on class-balanced batches.",
          "a new head on ERM's frozen features, class-balanced", kang,
          {{"recipe.start", "ERM"},
           {"recipe.train", "head"},
           {"recipe.rebalance", "at-once"},
           {"recipe.sampling", "class-balanced"}}),
      row("LWS", "A factor for each class's output of an ERM trial, learnt on class-balanced batches.",
          "s_k (w_k x + b_k), only s learnt, class-balanced", kang,
          {{"recipe.start", "ERM"},
           {"recipe.train", "scales"},
           {"recipe.rebalance", "at-once"},
           {"recipe.sampling", "class-balanced"},
           {"second.epochs", 5}}),
  };
}

/// Calibration, weight balancing, label over-smoothing and distribution alignment of a finished trial.
std::vector<Method> later_second_stages() {
  return {
      row("ERM-TS", "Temperature scaling: the logits of a finished trial divided by one number, without training.",
          "z / T of ERM's stored logits, T = `post_hoc.temperature` with the least negative log-likelihood on "
          "validation; the same answers, better calibrated",
          "Guo et al.: On calibration of modern neural networks, ICML 2017",
          {{"recipe.start", "ERM"}, {"recipe.post_hoc", "temperature"}}),
      row("WD", "ERM with the weight decay that weight balancing tunes: the first of its two stages.",
          "ERM with larger weight decay, and the learning rate that it was tuned with", alshammari,
          {{"train.weight_decay", 5e-3}, {"train.lr", 0.01}}),
      row("WB", "Weight balancing: the head of WD trained on, re-weighted, with weight decay and MaxNorm.",
          "the head of WD trained on with CB-RW's weights, strong weight decay, and ‖w_k‖ <= δ after each step, δ "
          "by `second.max_norm`",
          alshammari,
          {{"recipe.start", "WD"},
           {"recipe.train", "base-head"},
           {"recipe.rebalance", "at-once"},
           {"recipe.class_weights", "effective"},
           {"second.lr", 0.01},
           {"second.weight_decay", 0.1},
           {"second.max_norm", 0.1}}),
      row("LOS",
          "Label over-smoothing: the head of WD trained on with labels that are nearly the same for all classes.",
          "the head of WD trained on with CE and labels of 1 - s + s/K for y and s/K for the others, s = "
          "`second.label_smoothing`",
          "Sun et al.: Rethinking classifier re-training in long-tailed recognition: label over-smooth can "
          "balance, ICLR 2025",
          {{"recipe.start", "WD"},
           {"recipe.train", "base-head"},
           {"second.epochs", 20},
           {"second.lr", 5e-4},
           {"second.weight_decay", 0.0},
           {"second.label_smoothing", 0.98}}),
      row("DisAlign", "Distribution alignment: a calibration of the outputs of ERM, learnt with re-weighting.",
          "(1 + c s_k) z_k + c b_k, c = sigmoid(v x + a), only s, b, v and a learnt; w_k ∝ N_k^-ρ, with "
          "`weights.rho`",
          "Zhang et al.: Distribution alignment: a unified framework for long-tail visual recognition, CVPR 2021",
          {{"recipe.start", "ERM"},
           {"recipe.train", "calibration"},
           {"recipe.rebalance", "at-once"},
           {"recipe.class_weights", "generalised"},
           {"second.weight_decay", 5e-4}}),
      row("H2T", "Features of plain draws put into those of class-balanced ones, to train the head of mixup on.",
          "the head of mixup trained on, class-balanced; in each batch a random `h2t.share` of the "
          "features, the same for all its samples, is that of a plain draw; the label stays",
          "Li et al.: Feature fusion from head to tail for long-tailed visual recognition, AAAI 2024",
          {{"recipe.start", "mixup"},
           {"recipe.train", "base-head"},
           {"recipe.mixing", "head-to-tail"},
           {"recipe.rebalance", "at-once"},
           {"recipe.sampling", "class-balanced"},
           {"second.lr", 0.02},
           {"second.weight_decay", 5e-4}}),
  };
}

/// Mixing of samples.
std::vector<Method> mixing() {
  return {
      row("mixup", "Pairs of samples of a batch are mixed, and so are their losses.",
          "u x_i + (1-u) x_j and the losses alike, u ~ Beta(α, α), one u a batch, α = `mixup.alpha`",
          "Zhang et al.: mixup: beyond empirical risk minimization, ICLR 2018", {{"recipe.mixing", "mixup"}}),
      row("mixup-DRW", "mixup first, and with deferred re-weighting from train.defer_until on.",
          "mixup, with DRW's weights from the deferral on", "Zhang et al., ICLR 2018; Cao et al., NeurIPS 2019",
          {{"recipe.mixing", "mixup"}, {"recipe.rebalance", "deferred"}, {"recipe.class_weights", "effective"}}),
      row("Remix", "mixup that gives a pair's label to the rarer class.",
          "mixup whose label goes to the rarer class if the other is `remix.kappa` times as frequent and its share "
          "below `remix.tau`",
          "Chou et al.: Remix: rebalanced mixup, ECCV 2020 workshops", {{"recipe.mixing", "remix"}}),
      row("CMO", "Patches of class-balanced draws are pasted onto images as they come.",
          "a CutMix box of a class-balanced draw on the plain one, in every second batch on average, not in the "
          "first 2 % and the last 1.5 % of the epochs",
          "Park et al.: The majority can help the minority, CVPR 2022", {{"recipe.mixing", "cmo"}}),
      row("CutMix", "A patch of another sample of the batch is pasted onto each image.",
          "a box of the partner of area 1-u, u ~ Beta(α, α), pasted in `cutmix.probability` of the batches; the "
          "label is shared by the box's true area",
          "Yun et al.: CutMix: regularization strategy to train strong classifiers with localizable features, ICCV "
          "2019",
          {{"recipe.mixing", "cutmix"}}),
      row("UniMix", "mixup with more partners of rare classes and shares in favour of the rarer class.",
          "u x_i + (1-u) x_j, u = (v + N_j/(N_i+N_j)) mod 1, v ~ Beta(α, α), one u a pair; x_j of the batch by "
          "N_j^τ, with `unimix.tau`",
          xu, {{"recipe.mixing", "unimix"}, {"mixup.alpha", 0.8}}),
      row("UniMix-Bayias", "UniMix with the prior in the loss.",
          "UniMix with LA's loss, τ = 1, which the source calls Bayias", xu,
          {{"recipe.mixing", "unimix"},
           {"mixup.alpha", 0.8},
           {"recipe.loss", "logit-adjusted"},
           {"logit_adjustment.tau", 1.0}}),
      row("MAMix-DRW", "Margin-aware mixup: labels change sides nearer to the frequent class; with DRW's weights.",
          "mixup-DRW whose labels are equal at the share N_j^p / (N_i^p + N_j^p) of x_i, not at 1/2, and linear on "
          "both sides; p = `mamix.power`",
          "Cheng, Mai, Lin: From SMOTE to mixup for deep imbalanced classification, 2023; Cao et al., NeurIPS 2019",
          {{"recipe.mixing", "mamix"}, {"recipe.rebalance", "deferred"}, {"recipe.class_weights", "effective"}}),
      row("Balanced-MixUp", "Every sample is mixed with a class-balanced draw, which has the smaller share.",
          "(1-u) x_i + u x_j, x_j a class-balanced draw, u ~ Beta(α, 1), one u a batch",
          "Galdran, Carneiro, González Ballester: Balanced-MixUp for highly imbalanced medical image "
          "classification, MICCAI 2021",
          {{"recipe.mixing", "balanced-mixup"}, {"mixup.alpha", 0.1}}),
      row("MiSLAS", "A head with label-aware smoothing on the frozen features of mixup.",
          "head (at half the rate) and scales on mixup's frozen features with label-aware smoothing, "
          "class-balanced; no shift of batch norm's statistics",
          "Zhong et al.: Improving calibration for long-tailed recognition, CVPR 2021",
          {{"recipe.start", "mixup"},
           {"recipe.train", "head-and-scales"},
           {"recipe.loss", "label-aware-smoothing"},
           {"recipe.rebalance", "at-once"},
           {"recipe.sampling", "class-balanced"},
           {"second.head_lr_factor", 0.5}}),
  };
}

/// Several experts.
std::vector<Method> experts() {
  return {
      row("SADE", "Three experts: for the training distribution, a uniform and a reversed one.",
          "a last stage and a head for each expert; CE(z, y) + CE(z + log p, y) + CE(z + log p - t log q, y), p "
          "the shares of the classes, q the reversed shares, t = `sade.tau`; the mean of the logits answers. "
          "Without the weights that the paper learns on test images",
          "Zhang et al.: Self-supervised aggregation of diverse experts for test-agnostic long-tailed recognition, "
          "NeurIPS 2022",
          {{"recipe.experts", "sade"}}),
      row("BalPoE", "Experts with logit adjustments of several strengths.",
          "a last stage and a head for each expert; the mean of CE(z + t log p, y), one t for each of "
          "`experts.taus`; the mean of the logits answers. The paper adds mixup: `recipe.mixing = \"mixup\"`",
          "Aimar et al.: Balanced product of calibrated experts for long-tailed recognition, CVPR 2023",
          {{"recipe.experts", "logit-adjusted"}}),
  };
}

}  // namespace

const std::vector<Method>& catalogue() {
  static const std::vector<Method> rows = [] {
    std::vector<Method> joined;
    for (const auto& part : {resampling_and_reweighting(), losses(), translation(), adjustment_and_second_stages(),
                             mixing(), experts(), later_second_stages()}) {
      joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
  }();
  return rows;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Method& method : catalogue()) names.push_back(method.name);
  return names;
}

const Method& find_method(const std::string& name) {
  for (const Method& method : catalogue()) {
    if (method.name == name) return method;
  }
  throw usage_error(fmt::format("method = '{}': expected one of {}", name, fmt::join(method_names(), ", ")));
}

}  // namespace m2m::settings
