#pragma once
// Counter-based random numbers: what is drawn depends on (seed, role, purpose, epoch, step, slot, draw) alone.
//
// Philox4x32-10, Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace m2m {

/// Which of a trial's seeds a key is made from; g's networks never share a key with f's.
enum class SeedRole : std::uint32_t { subset = 1, init = 2, order = 3, plan = 4, g_init = 5, g_order = 6 };

/// What a number is drawn for. No two purposes share a counter.
enum class Purpose : std::uint8_t {
  subset = 1,          // which images of a class are in the training set
  holdout = 2,         // which training images validate
  initial = 3,         // initial weights
  order = 4,           // the permutation of an epoch
  crop = 5,            // shift and flip of a slot
  sample_class = 6,    // class of a re-sampled slot
  sample_image = 7,    // image of a re-sampled slot within its class
  generate = 8,        // whether a slot is chosen for generation
  seed_image = 9,      // which image of the batch a slot is translated from
  coin = 10,           // whether a translation may be kept
  noise = 11,          // the random start of a translation
  initial_head = 12,   // weights of a head that begins anew
  filled_order = 13,   // the permutation of a filled-up training set
  smote = 14,          // where between two samples a new one lies
  mix_share = 15,      // how much of a mixed sample is its own
  mix_partner = 16,    // whom a slot is mixed with, within the batch
  mix_box = 17,        // where a patch lies
  mix_coin = 18,       // whether a batch is mixed
  partner_class = 19,  // class of a partner from outside the batch
  partner_image = 20,  // its image within the class
  partner_crop = 21,   // its shift and flip
  pool = 22,           // which images of a class may be seeds
  pool_image = 23,     // which of them is one
  pool_crop = 24,      // its shift and flip
  random_label = 25,   // another label than a translation's target
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

/// The numbers drawn for one purpose at one (epoch, step, slot): word 0, 1, 2, ... in turn.
///
/// Local and pure: the same on every rank, machine and thread. At most 2^26 words a stream; throws Error beyond.
class Stream {
 public:
  Stream(Key key, Purpose purpose, std::uint32_t epoch = 0, std::uint32_t step = 0, std::uint32_t slot = 0);

  std::uint32_t word();
  /// Uniform in [0, 1), 53 bits, two words.
  double uniform();
  /// Uniform in [0, 1), 32 bits as a double, one word: for noise, where there is much of it.
  double coarse_uniform() { return word() * 0x1p-32; }
  /// The same for each of out[0 .. count-1] in turn, faster.
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

/// A uniform permutation of {0, ..., n-1}: Fisher-Yates on `stream`.
std::vector<std::int32_t> permutation(std::int64_t n, Stream stream);

}  // namespace m2m
