#pragma once
// The enums of settings. Their words are in words.hpp.
namespace m2m::settings {

/// Source of the defaults of m2m.seed_by, m2m.gamma_test and weights.beta: the authors' program or the paper.
enum class Protocol { code, paper };

/// The loss of f.
enum class Loss {
  cross_entropy,
  focal,
  ldam,
  logit_adjusted,
  label_aware_smoothing,
  vector_scaling,
  gaussian_clouded,
  lade,
};

/// The last layer of a network.
enum class HeadKind {
  linear,  // W x + b
  cosine,  // cosines of x with a vector per class, in [-1, 1]
};

/// When sampling, class weights, translation and images of noise take effect: never, from the first epoch, or from
/// train.defer_until.
enum class Rebalance { never, at_once, deferred };

/// The sampling of batches.
enum class Sampling {
  permutation,     // each sample once an epoch, without replacement
  class_balanced,  // with replacement, weight 1/N_k: a class uniformly, then one of its samples uniformly
  smote,           // from a set filled up by SMOTE: one shuffle of it lasts several epochs
};

/// Class weights of the loss.
enum class ClassWeights {
  none,
  inverse,      // 1/N_k
  effective,    // (1 - beta) / (1 - beta^N_k)
  generalised,  // (N / N_k)^rho
};

/// Translation of images into rare classes.
enum class Translate { none, m2m };

/// Images of pure noise in slots of rare classes: none, or over-sampling with pure noise (OPeN).
enum class NoiseImages { none, open };

/// The mixing of pairs of samples, in all epochs.
enum class Mixing { none, mixup, remix, cmo, cutmix, unimix, mamix, balanced_mixup, head_to_tail };

/// The course of label-aware smoothing from the rarest class to the most frequent one: along a quarter sine that
/// rises fast first, a line, or a quarter sine that rises fast last.
enum class SmoothingForm { concave, linear, convex };

/// Experts: last stages and heads beside each other, each with a loss of its own; the mean of their outputs
/// answers.
enum class Experts {
  none,
  sade,            // three, for the training distribution, a uniform and a reversed one
  logit_adjusted,  // one for each of experts.taus
};

/// The part of the network that is trained.
enum class Trainable {
  everything,
  head,             // a new head on frozen features
  scales,           // a factor for the output of each class
  head_and_scales,  // the head of the base trial, and such factors
  base_head,        // the head of the base trial
  calibration,      // an adaptive calibration of the outputs (nn/head.hpp)
};

/// A change of the logits of a finished trial.
enum class PostHoc { none, tau_normalisation, logit_adjustment, temperature };

/// The draw of a seed image from a batch.
enum class SeedBy {
  sample,       // a sample of the batch, drawn by weight per sample (the authors' program)
  class_first,  // a class by weight among those in the batch, then a sample of it uniformly (the paper)
};

/// The test of a translation by g.
enum class GammaTest {
  probability,    // softmax(g(x*))[k] >= gamma (the authors' program)
  cross_entropy,  // CE(g(x*), k) < gamma (the paper)
};

/// The order of coin and translation.
enum class CoinOrder {
  coin_first,       // translate only after a won coin (exact: the coin does not depend on the translation)
  translate_first,  // translate all n, then toss the coin: the order of the paper, for tests
};

/// The label of an accepted image.
enum class TrainLabel {
  target,  // k
  random,  // any class except k and k0: the paper's M2m-Rand
};

/// The image of an accepted slot.
enum class AcceptedImage {
  translated,
  clean,       // the augmented seed image without noise; its translation is tested only (M2m-Clean)
  clean_coin,  // the augmented seed image, accepted by the coin only: nothing is translated
};

/// The epoch of g that is used.
enum class GEpoch { best, last };

/// The training data of g.
enum class GData { same, balanced };

/// The learning rate over the epochs: steps that multiply it by a factor, or half a cosine to 0.
enum class RateSchedule { steps, cosine };

/// The rule that an update's gradient is taken by: where the weights are, or at a point of higher loss nearby.
enum class Sharpness { none, sam, asam, imbsam };

/// Precision of the arithmetic.
enum class Precision { float32, bf16, tf32, float64 };

/// The device of a trial.
enum class Device { automatic, cpu, cuda };

/// The executor: how steps reach a GPU.
enum class Executor { automatic, eager, graph, fused };

/// The samples of the statistics of batch norm: those of all ranks, or of each rank.
enum class BatchNorm { sync, local };

/// The shape of the training counts.
enum class Imbalance { longtail, step, none, own };

/// The choice of the training images of a class.
enum class Subset { head, random };

/// The source of the validation set.
enum class Validation { test_head, train_holdout, fold, own, none };

/// The operations on training images after crop and flip.
enum class AugmentPolicy { plain, autoaugment, randaugment, curriculum };

}  // namespace m2m::settings
