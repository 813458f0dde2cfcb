#pragma once
// The enums of settings; words.hpp has the words of their values.
namespace m2m::settings {

/// Whose defaults hold.
enum class Protocol { code, paper };

enum class Loss { cross_entropy, focal, ldam, logit_adjusted, label_aware_smoothing };

/// A network's last layer.
enum class HeadKind {
  linear,  // W x + b
  cosine,  // cosines of x with a vector per class, in [-1, 1]
};

/// When sampling, class weights and translation take effect; before, the data are taken as they are.
enum class Rebalance { never, at_once, deferred };

/// How a batch is drawn.
enum class Sampling {
  permutation,     // each sample once an epoch, without replacement
  class_balanced,  // with replacement, weight 1/N_k: a class uniformly, then one of its samples uniformly
  smote,           // from a set that was filled up: one shuffle of it goes on over several epochs
};

/// Class weights of the loss.
enum class ClassWeights {
  none,
  inverse,    // 1/N_k
  effective,  // (1 - beta) / (1 - beta^N_k)
};

/// What fills slots of rare classes.
enum class Translate { none, m2m };

/// How pairs of samples are mixed, in all epochs.
enum class Mixing { none, mixup, remix, cmo };

/// What is trained.
enum class Trainable {
  everything,
  head,             // a head that begins anew, on frozen features
  scales,           // a factor for each class's output
  head_and_scales,  // the head as it was, and such factors
};

/// What is done to the logits of a finished trial.
enum class PostHoc { none, tau_normalisation, logit_adjustment };

/// How a seed image is drawn from a batch.
enum class SeedBy {
  sample,       // a sample of the batch, drawn by weight per sample (the authors' program)
  class_first,  // a class by weight among those in the batch, then a sample of it uniformly (the paper)
};

enum class GammaTest {
  probability,    // softmax(g(x*))[k] >= gamma (the authors' program)
  cross_entropy,  // CE(g(x*), k) < gamma (the paper)
};

enum class CoinOrder {
  coin_first,       // translate only what may be kept (exact: the coin does not depend on the translation)
  translate_first,  // translate all n, then look at the coin: the order of the paper, for tests
};

/// Which label an accepted image is trained on.
enum class TrainLabel {
  target,  // k
  random,  // any class that is neither k nor k0: the paper's M2m-Rand
};

/// What an accepted slot shows.
enum class AcceptedImage {
  translated,
  clean,       // the seed image, augmented, without noise; translated and tested, but not shown (M2m-Clean)
  clean_coin,  // the same with the coin alone deciding: nothing is translated
};

/// Which epoch's g is used.
enum class GEpoch { best, last };

/// What g is trained on.
enum class GData { same, balanced };

/// Precision of the arithmetic.
enum class Precision { float32, bf16, tf32, float64 };

enum class Device { automatic, cpu, cuda };

/// How steps reach a GPU.
enum class Executor { automatic, eager, graph };

/// Over which samples batch norm's statistics are taken.
enum class BatchNorm { sync, local };

/// How training counts fall.
enum class Imbalance { longtail, step, none, own };

/// Which images of a class train.
enum class Subset { head, random };

/// What validates.
enum class Validation { test_head, train_holdout, fold, own, none };

}  // namespace m2m::settings
