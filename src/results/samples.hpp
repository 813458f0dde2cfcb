#pragma once
// What a trial records for people to look at, where it is asked to.
#include <cstdint>
#include <vector>

namespace m2m::results {

/// What the head of a network is given for some training images, in evaluation mode and without augmentation.
struct FeatureSample {
  int width = 0;                     // D
  std::vector<float> values;         // [n, D] row-major; stored as float16
  std::vector<std::int32_t> labels;  // [n]
  std::vector<std::int32_t> rows;    // [n], positions in the training part
  bool operator==(const FeatureSample&) const = default;
};

/// Translations of the last epoch's plan, by f as it is after that, and what both networks say on the way.
struct TranslationSample {
  int channels = 0, height = 0, width = 0;
  int steps = 0;                                       // T
  std::vector<std::int32_t> seed_class, target, kept;  // [n]; kept: 1 or 0
  std::vector<float> seeds, translated;                // x0 and x*, [n, c, h, w]; stored as float16
  // Probabilities of the target and of the seed's class, [n, T + 1], from the start to x*; stored as float16.
  std::vector<float> g_target, g_seed, f_target, f_seed;
  bool operator==(const TranslationSample&) const = default;
};

}  // namespace m2m::results
