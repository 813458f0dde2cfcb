#pragma once
// Counter-based random numbers: a draw depends on (seed, role, purpose, epoch, step, slot, draw) and nothing else.
//
// Philox4x32-10, Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace m2m {

/// The seed of a trial that a key is made from; g never shares a key with f.
enum class SeedRole : std::uint32_t { subset = 1, init = 2, order = 3, plan = 4, g_init = 5, g_order = 6 };

/// The purpose of a draw. No two purposes share a counter.
enum class Purpose : std::uint8_t {
  subset = 1,          // training images of a class
  holdout = 2,         // validation images among those for training
  initial = 3,         // initial weights
  order = 4,           // the permutation of an epoch
  crop = 5,            // shift and flip of a slot
  sample_class = 6,    // class of a re-sampled slot
  sample_image = 7,    // image of a re-sampled slot within its class
  generate = 8,        // choice of the slots to translate
  seed_image = 9,      // seed image of a slot, from the batch
  coin = 10,           // coin of a translation
  noise = 11,          // the random start of a translation
  initial_head = 12,   // weights of a new head
  filled_order = 13,   // the permutation of a training set filled up by SMOTE
  smote = 14,          // position of a new sample between two others
  mix_share = 15,      // weight of a slot's own sample in a mixture
  mix_partner = 16,    // partner of a slot within the batch
  mix_box = 17,        // position of a pasted patch
  mix_coin = 18,       // choice of the batches to mix
  partner_class = 19,  // class of a partner from outside the batch
  partner_image = 20,  // its image, within the class or among all
  partner_crop = 21,   // its shift and flip
  pool = 22,           // seed pool of a class
  pool_image = 23,     // seed image of a slot, from the pool
  pool_crop = 24,      // its shift and flip
  random_label = 25,   // another label than a translation's target
  // 26 to 28: what changes an image after crop and flip, operations of a policy and boxes.
  transforms = 26,          // of a slot
  partner_transforms = 27,  // of a partner from outside the batch
  pool_transforms = 28,     // of a seed image from the pool
  logit_noise = 29,         // noise on the logits of a slot
  mix_features = 30,        // the features that a mixture replaces
  noise_slot = 31,          // choice of the slots that show pure noise
  noise_pixels = 32,        // the pixels of such an image
  // 33 to 35: images that test a class before an epoch, of the curriculum of augmentation.
  level_image = 33,
  level_crop = 34,
  level_transforms = 35,
  bootstrap = 255,  // resampled test samples of a class, in reports: no draw of a trial
};

/// A Philox key: 32 bits of seed, 32 bits of role.
struct Key {
  std::uint32_t seed;
  SeedRole role;
};

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// The counter's first word: 8 bits of purpose, 24 of block number.
inline constexpr int purpose_shift = 24;

/// Four 32-bit words from a 128-bit counter and a 64-bit key. Pure.
PhiloxBlock philox4x32_10(const PhiloxBlock& counter, const std::array<std::uint32_t, 2>& key);

/// The random numbers for one purpose at one (epoch, step, slot): words 0, 1, 2, ... in turn.
///
/// Local. Deterministic: the same on every rank, machine and thread. Throws Error (internal) after 2^26 words.
class Stream {
 public:
  Stream(Key key, Purpose purpose, std::uint32_t epoch = 0, std::uint32_t step = 0, std::uint32_t slot = 0);

  /// The next 32 random bits.
  std::uint32_t word();
  /// Uniform in [0, 1), 53 bits, two words.
  double uniform();
  /// Uniform in [0, 1), 32 bits as a double, one word: for noise, which needs many numbers.
  double coarse_uniform() { return word() * 0x1p-32; }
  /// Writes `count` values of coarse_uniform() to out[0 .. count-1], faster than one at a time.
  void coarse_uniforms(double* out, std::size_t count);
  /// Uniform in {0, ..., n-1}; n > 0.
  std::int64_t below(std::int64_t n);
  /// Standard normal, Box-Muller, four words for two numbers.
  double normal();

 private:
  PhiloxBlock next_block();

  std::array<std::uint32_t, 2> key_;
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

/// A uniform permutation of {0, ..., n-1}, [n]: Fisher-Yates on `stream`. Pure.
std::vector<std::int32_t> permutation(std::int64_t n, Stream stream);

}  // namespace m2m
