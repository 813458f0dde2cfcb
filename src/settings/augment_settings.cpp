#include "settings/augment_settings.hpp"

namespace m2m::settings {
namespace {

bool erases(const Config& resolved) { return find_value(resolved, &AugmentSettings::erasing).value_or(0) > 0; }

Rows<AugmentSettings> policy_rows() {
  const Condition randaugment{"augment.policy", {to_text(AugmentPolicy::randaugment)}};
  const Condition curriculum{"augment.policy", {to_text(AugmentPolicy::curriculum)}};
  return {
      setting("augment.policy", &AugmentSettings::policy)
          .silent_at_default()
          .help(
              "Operations on training images after crop and flip: none (plain), the policy of AutoAugment for "
              "CIFAR-10 (autoaugment), random ones (randaugment), or random ones whose number and magnitude follow "
              "what the network has learnt of a class (curriculum). It needs images of 1 or 3 channels. g is "
              "trained with the same augmentation."),
      setting("augment.randaugment_count", &AugmentSettings::randaugment_count)
          .unit("operations")
          .range(1, 4)
          .acts_if(randaugment)
          .silent_at_default()
          .help("RandAugment: N, operations per image."),
      setting("augment.randaugment_magnitude", &AugmentSettings::randaugment_magnitude)
          .range(0, 30)
          .acts_if(randaugment)
          .silent_at_default()
          .help("RandAugment: M, magnitude of the operations."),
      setting("augment.curriculum_probability", &AugmentSettings::curriculum_probability)
          .range(0, 1)
          .acts_if(curriculum)
          .silent_at_default()
          .help("Curriculum of augmentation by class: probability that an image is changed."),
      setting("augment.curriculum_accuracy", &AugmentSettings::curriculum_accuracy)
          .range(0, 1)
          .acts_if(curriculum)
          .silent_at_default()
          .help("Curriculum of augmentation by class: a class goes up a level if its accuracy exceeds this at its "
                "level and at all below, else down."),
      setting("augment.curriculum_draws", &AugmentSettings::curriculum_draws)
          .unit("images")
          .range(1, 1000)
          .acts_if(curriculum)
          .silent_at_default()
          .help("Curriculum of augmentation by class: images that test a class before an epoch, (s + 1) times as "
                "many at level s."),
  };
}

Rows<AugmentSettings> box_rows() {
  return {
      setting("augment.cutout", &AugmentSettings::cutout)
          .unit("pixels")
          .range(0, 1024)
          .silent_at_default()
          .help("Side of Cutout's square, cut at the border of the image, usually 16 on CIFAR-10; 0: none."),
      setting("augment.erasing", &AugmentSettings::erasing)
          .range(0, 1)
          .silent_at_default()
          .help(
              "Probability of random erasing: a rectangle of random area and ratio is replaced by the mean pixel."),
      setting("augment.erasing_min_area", &AugmentSettings::erasing_min_area)
          .range(0, 1)
          .acts(erases)
          .silent_at_default()
          .help("Random erasing: smallest area, as a share of the image."),
      setting("augment.erasing_max_area", &AugmentSettings::erasing_max_area)
          .range(0, 1)
          .acts(erases)
          .silent_at_default()
          .help("Random erasing: largest area, as a share of the image."),
      setting("augment.erasing_min_ratio", &AugmentSettings::erasing_min_ratio)
          .range(0.01, 1)
          .acts(erases)
          .silent_at_default()
          .help("Random erasing: smallest ratio of height to width; the largest is its inverse."),
  };
}

}  // namespace

template <>
const Rows<AugmentSettings>& rows<AugmentSettings>() {
  static const Rows<AugmentSettings> all = [] {
    Rows<AugmentSettings> joined = policy_rows();
    for (Row<AugmentSettings>& row : box_rows()) joined.push_back(std::move(row));
    return joined;
  }();
  return all;
}

}  // namespace m2m::settings
