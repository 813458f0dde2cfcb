#pragma once
// Settings of the augmentation of training images beyond crop and flip (augment.*).
#include "settings/words.hpp"

namespace m2m::settings {

/// The values of augment.*.
struct AugmentSettings {
  AugmentPolicy policy{};
  int randaugment_count = 2;                               // N, operations per image
  int randaugment_magnitude = 9;                           // M, of 0 .. 30
  double curriculum_probability = 0.5;                     // p_aug, that an image is changed
  double curriculum_accuracy = 0.6;                        // gamma, above which a class goes up a level
  int curriculum_draws = 10;                               // T, images of a class at level 0
  int cutout = 0;                                          // side of the square, pixels; 0: none
  double erasing = 0;                                      // probability of random erasing
  double erasing_min_area = 0.02, erasing_max_area = 0.4;  // shares of the image
  double erasing_min_ratio = 0.3;                          // height to width; at most its inverse

  bool has_policy() const { return policy != AugmentPolicy::plain; }
  bool has_curriculum() const { return policy == AugmentPolicy::curriculum; }
  /// True if images are changed after crop and flip.
  bool transforms() const { return has_policy() || cutout > 0 || erasing > 0; }
};
template <>
const Rows<AugmentSettings>& rows<AugmentSettings>();

}  // namespace m2m::settings
