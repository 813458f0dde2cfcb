// The order of augmentation and translation: a seed image is augmented wholly, boxes included, before the noise and
// the steps. Partners of mixing have their own augmentation.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "methods/mixing.hpp"
#include "settings/augment_settings.hpp"
#include "support/planned_step.hpp"

namespace m2m::methods {
namespace {

using settings::AugmentPolicy, settings::AugmentSettings;

/// A planned step whose images are augmented so.
struct AugmentedStep : testing::PlannedStep {
  explicit AugmentedStep(const AugmentSettings& augment) {
    data = train::with_augmentation(*data, augment);
    inputs = data::make_plan_inputs(data->set, data->split, 64, inputs.order, inputs.plan);
    plan = data::plan_epoch(inputs, 4, settings::Sampling::class_balanced);
    plan_again();
  }
  void plan_again() {
    const SeedPools pools = seed_pools(inputs, m2m.pool);
    planned = plan_translations(inputs, plan.step(0), 4, 0, m2m, data->set.train.shape, pools);
  }
  /// The translations of the plan that are carried out.
  std::vector<Translation> translated() const {
    std::vector<Translation> found;
    for (const Translation& each : planned.chosen) {
      if (each.is_translated) found.push_back(each);
    }
    return found;
  }
};

AugmentSettings strong() { return {.policy = AugmentPolicy::autoaugment, .cutout = 4}; }

/// The values of one image, [c, h, w], inside a box.
torch::Tensor inside(const torch::Tensor& image, const kernels::Window& box) {
  return image.narrow(1, box.top, box.height).narrow(2, box.left, box.width);
}

TEST(AugmentedTranslation, StartsFromTheSeedImageAsItIsInTheBatch) {
  const AugmentedStep x(strong());
  const Batch batch = x.batch();
  const torch::Tensor seeds = x.context().gather(x.work(batch).seeds);
  const auto translated = x.translated();
  ASSERT_GT(translated.size(), 5U);
  const std::span<const data::Slot> slots = x.plan.step(0);
  for (std::size_t i = 0; i < translated.size(); ++i) {
    const auto slot = std::find(slots.begin(), slots.end(), translated[i].seed);
    ASSERT_NE(slot, slots.end());
    EXPECT_TRUE(torch::equal(seeds[static_cast<std::int64_t>(i)], batch.images[slot - slots.begin()]));
    EXPECT_GT(slot->transforms.cutout.height, 0);
  }
}

TEST(AugmentedTranslation, ChangesThePixelsOfABoxAfterItIsFilled) {
  AugmentedStep x(strong());
  const TranslationTrace trace = x.editor().trace(x.context(), x.work(x.batch()), 1);
  const auto mean = static_cast<double>(static_cast<float>(x.data->mean[0]));
  const auto translated = x.translated();
  for (std::size_t i = 0; i < translated.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const kernels::Window& box = translated[i].seed.transforms.cutout;
    EXPECT_TRUE((inside(trace.seeds[at], box) == mean).all().item<bool>());
    EXPECT_TRUE((inside(trace.translated[at], box) != mean).all().item<bool>());
  }
}

TEST(AugmentedTranslation, ShowsTheAugmentedSeedImageIfTheSettingIsClean) {
  AugmentedStep x(strong());
  x.m2m.image = settings::AcceptedImage::clean;
  Batch batch = x.batch();
  const torch::Tensor seeds = x.context().gather(x.work(batch).seeds);
  const TranslatedSlots edited = x.apply(batch);
  ASSERT_GT(edited.accepted.sum().item<int>(), 0);
  const torch::Tensor shown = batch.images.index_select(0, edited.rows.masked_select(edited.accepted));
  EXPECT_TRUE(torch::equal(shown, seeds.index_select(0, edited.accepted.nonzero().squeeze(1))));
}

TEST(AugmentedTranslation, AugmentsSeedImagesOfAPoolAnew) {
  AugmentedStep x(strong());
  AugmentedStep plain({});
  x.m2m.pool = plain.m2m.pool = 10;
  x.plan_again();
  plain.plan_again();
  ASSERT_EQ(x.planned.chosen.size(), plain.planned.chosen.size());
  int own = 0;
  for (std::size_t i = 0; i < x.planned.chosen.size(); ++i) {
    data::Slot seed = x.planned.chosen[i].seed;
    EXPECT_GT(seed.transforms.cutout.height, 0);
    own += seed.transforms == x.plan.step(0)[x.planned.chosen[i].slot].transforms ? 0 : 1;
    seed.transforms = {};
    EXPECT_EQ(seed, plain.planned.chosen[i].seed);
  }
  EXPECT_GT(own, static_cast<int>(x.planned.chosen.size()) / 2);
}

TEST(AugmentedTranslation, GathersSeedImagesItselfInOneLaunchOnlyWithoutAugmentation) {
  const auto apply_fused = [](const AugmentSettings& augment, const Json& given) {
    Json all = {{"method", "M2m"}, {"train.precision", "float64"}, {"m2m.gamma", 0.3}};
    all.update(given);
    const AugmentedStep x(augment);
    Batch batch = x.batch();
    return make_m2m_editor(testing::tiny_config(all), false, true)->apply(x.context(), x.work(batch), batch);
  };
  EXPECT_THROW(apply_fused({}, Json::object()), Error);  // of networks that are not of the fused form
  EXPECT_TRUE(apply_fused({.cutout = 4}, {{"augment.cutout", 4}}).accepted.defined());
}

TEST(AugmentedMixing, TakesPartnersWithTheirOwnAugmentation) {
  const AugmentedStep x(strong());
  settings::MixSettings mixup{.kind = settings::Mixing::mixup};
  const std::span<const data::Slot> slots = x.plan.step(0);
  for (const data::Slot& partner : plan_mix(x.inputs, slots, 4, 0, x.data->set.train.shape, mixup).partners) {
    EXPECT_NE(std::find(slots.begin(), slots.end(), partner), slots.end());
  }
  settings::MixSettings cmo{.kind = settings::Mixing::cmo, .cmo_probability = 1, .cmo_from = 0, .cmo_until = 9};
  const StepMix mix = plan_mix(x.inputs, slots, 4, 0, x.data->set.train.shape, cmo);
  ASSERT_EQ(mix.partners.size(), slots.size());
  int own = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    EXPECT_GT(mix.partners[i].transforms.cutout.height, 0);
    own += mix.partners[i].transforms == slots[i].transforms ? 0 : 1;
  }
  EXPECT_GT(own, static_cast<int>(slots.size()) * 3 / 4);
}

}  // namespace
}  // namespace m2m::methods
