#include "data/augmentation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "data/epoch_plan.hpp"
#include "support/synthetic_data.hpp"
#include "support/torchvision_reference.hpp"
#include "support/transformed_images.hpp"

namespace m2m::data {
namespace {

using kernels::Operation, kernels::OperationKind, kernels::Transforms, kernels::Window;
using settings::AugmentPolicy, settings::AugmentSettings, settings::Sampling;

constexpr ImageShape shape{3, 32, 32};

std::vector<Transforms> draw_many(const AugmentSettings& settings, int count, ImageShape of = shape) {
  std::vector<Transforms> drawn;
  for (std::uint32_t slot = 0; slot < static_cast<std::uint32_t>(count); ++slot) {
    drawn.push_back(draw_transforms(Stream({5, SeedRole::order}, Purpose::transforms, 0, 0, slot), settings, of));
  }
  return drawn;
}

/// Five standard deviations of the share of `count` draws with probability p.
double bound(double p, int count) { return 5 * std::sqrt(p * (1 - p) / count); }

TEST(AutoAugmentPolicy, IsTorchvisions) {
  const auto policy = autoaugment_policy();
  ASSERT_EQ(policy.size(), std::size(testing::policy_references));
  for (std::size_t i = 0; i < policy.size(); ++i) {
    for (std::size_t step = 0; step < 2; ++step) {
      const auto& expected = testing::policy_references[i][step];
      EXPECT_EQ(policy[i][step].kind, testing::operation_named(expected.name)) << i;
      EXPECT_EQ(policy[i][step].probability, expected.probability) << i;
      EXPECT_EQ(policy[i][step].level, std::max(expected.level, 0)) << i;
    }
  }
}

TEST(DrawTransforms, OfPlainAugmentationDrawsNothing) {
  for (const Transforms& drawn : draw_many({}, 100)) EXPECT_EQ(drawn, Transforms{});
}

TEST(DrawTransforms, AppliesEachOperationOfAutoAugmentAsOftenAsThePolicySays) {
  constexpr int count = 50000;
  std::map<std::pair<OperationKind, int>, double> expected;  // by kind and level: operations per image
  for (const SubPolicy& steps : autoaugment_policy()) {
    for (const PolicyStep& step : steps) expected[{step.kind, step.level}] += step.probability / 25;
  }
  std::map<std::pair<OperationKind, int>, double> found;
  double negative = 0, with_sign = 0;
  for (const Transforms& drawn : draw_many({.policy = AugmentPolicy::autoaugment}, count)) {
    EXPECT_EQ(drawn.operations[2], Operation{});
    for (const Operation& operation : drawn.operations) {
      if (operation.kind == OperationKind::identity) continue;
      found[{operation.kind, operation.magnitude / 2}] += 1.0 / count;
      with_sign += kernels::is_signed(operation.kind) ? 1 : 0;
      negative += operation.magnitude % 2;
    }
  }
  for (const auto& [operation, rate] : found) EXPECT_TRUE(expected.contains(operation));
  for (const auto& [operation, rate] : expected) {
    EXPECT_NEAR(found[operation], rate, 5 * std::sqrt(2 * rate / count)) << static_cast<int>(operation.first);
  }
  EXPECT_NEAR(negative / with_sign, 0.5, bound(0.5, static_cast<int>(with_sign)));
}

TEST(DrawTransforms, TakesTheOperationsOfRandAugmentUniformly) {
  constexpr int count = 30000;
  AugmentSettings settings{.policy = AugmentPolicy::randaugment};
  settings.randaugment_count = 3;
  settings.randaugment_magnitude = 11;
  std::array<int, kernels::operation_kinds> found{};
  for (const Transforms& drawn : draw_many(settings, count)) {
    EXPECT_EQ(drawn.operations[3], Operation{});
    for (int i = 0; i < 3; ++i) {
      ++found.at(static_cast<std::size_t>(drawn.operations[i].kind));
      EXPECT_EQ(drawn.operations[i].magnitude / 2, 11);
    }
  }
  for (int kind = 0; kind < 14; ++kind)
    EXPECT_NEAR(found.at(kind) / (3.0 * count), 1 / 14.0, bound(1 / 14.0, 3 * count));
  EXPECT_EQ(found.at(static_cast<std::size_t>(OperationKind::invert)), 0);
}

TEST(DrawTransforms, TakesTheOperationsOfTheCurriculumUniformlyWithItsProbability) {
  constexpr int count = 20000, level = 7;
  AugmentSettings settings{.policy = AugmentPolicy::curriculum};
  settings.curriculum_probability = 0.3;
  std::array<int, kernels::operation_kinds> found{};
  int changed = 0, negative = 0, with_sign = 0;
  for (std::uint32_t slot = 0; slot < count; ++slot) {
    const Stream stream({5, SeedRole::order}, Purpose::transforms, 0, 0, slot);
    const Transforms drawn = draw_transforms(stream, settings, shape, level);
    if (drawn == Transforms{}) continue;
    ++changed;
    for (int i = 0; i < kernels::max_operations; ++i) {
      const Operation& operation = drawn.operations[i];
      ASSERT_EQ(operation.magnitude / 2, i < level ? level : 0);
      if (i >= level) continue;
      ++found.at(static_cast<std::size_t>(operation.kind));
      with_sign += kernels::is_signed(operation.kind) ? 1 : 0;
      negative += operation.magnitude % 2;
    }
  }
  EXPECT_NEAR(changed / static_cast<double>(count), 0.3, bound(0.3, count));
  EXPECT_EQ(found[0], 0);  // no identity
  for (int kind = 1; kind < kernels::operation_kinds; ++kind)
    EXPECT_NEAR(found.at(kind) / (level * 1.0 * changed), 1 / 22.0, bound(1 / 22.0, level * changed)) << kind;
  EXPECT_NEAR(negative / static_cast<double>(with_sign), 0.5, bound(0.5, with_sign));
}

TEST(DrawTransforms, CutsASquareAroundAUniformPixel) {
  constexpr int count = 20000, side = 16;
  std::array<int, 32> covered_rows{};
  std::array<int, 32> covered_columns{};
  for (const Transforms& drawn : draw_many({.cutout = side}, count)) {
    const Window& box = drawn.cutout;
    ASSERT_GE(box.top, 0);
    ASSERT_LE(box.top + box.height, 32);
    ASSERT_GE(std::min(box.height, box.width), side / 2);
    ASSERT_LE(std::max(box.height, box.width), side);
    const bool is_whole = box.top > 0 && box.top + box.height < 32;
    ASSERT_TRUE(!is_whole || box.height == side);
    for (int i = 0; i < box.height; ++i) ++covered_rows.at(box.top + i);
    for (int i = 0; i < box.width; ++i) ++covered_columns.at(box.left + i);
  }
  for (int at = 0; at < 32; ++at) {
    // centres c with c - 8 <= at < c + 8
    const double rate = (std::min(31, at + 8) - std::max(0, at - 7) + 1) / 32.0;
    EXPECT_NEAR(covered_rows.at(at) / static_cast<double>(count), rate, bound(rate, count)) << at;
    EXPECT_NEAR(covered_columns.at(at) / static_cast<double>(count), rate, bound(rate, count)) << at;
  }
}

TEST(DrawTransforms, CutsSquaresOfAnySideOutOfImagesOfAnySize) {
  for (const int side : {1, 2, 7, 40}) {
    for (const Transforms& drawn : draw_many({.cutout = side}, 200, {1, 9, 5})) {
      ASSERT_GE(drawn.cutout.height, 1);
      ASSERT_LE(drawn.cutout.height, std::min(side, 9));
      ASSERT_LE(drawn.cutout.width, std::min(side, 5));
    }
  }
}

TEST(DrawTransforms, ErasesABoxOfTheAreaAndRatioAskedFor) {
  constexpr int count = 20000;
  constexpr double least = 0.1, most = 0.3, ratio = 0.5;
  AugmentSettings settings{.erasing = 0.4};
  std::tie(settings.erasing_min_area, settings.erasing_max_area, settings.erasing_min_ratio) =
      std::tuple{least, most, ratio};
  int erased = 0, high = 0;
  double area = 0;
  for (const Transforms& drawn : draw_many(settings, count)) {
    const Window& box = drawn.erased;
    if (box.height == 0) continue;
    ++erased;
    area += box.height * box.width / 1024.0;
    high += box.height > box.width ? 1 : 0;
    ASSERT_LE(box.top + box.height, 32);
    ASSERT_LE(box.left + box.width, 32);
    ASSERT_NEAR(box.height * box.width / 1024.0, (least + most) / 2, (most - least) / 2 + 0.02);
    // sides are rounded: by at most half a pixel
    ASSERT_GE((box.height + 0.5) / (box.width - 0.5), ratio);
    ASSERT_LE((box.height - 0.5) / (box.width + 0.5), 1 / ratio);
  }
  EXPECT_NEAR(erased / static_cast<double>(count), 0.4, bound(0.4, count));
  EXPECT_NEAR(area / erased, 0.2, 0.003);
  // uniform in [0.5, 2]: two thirds are above 1, less the boxes that are rounded to squares
  EXPECT_NEAR(high / static_cast<double>(erased), 0.64, 0.05);
}

PlanInputs inputs_of(const AugmentSettings& settings, double min_scale = 1) {
  DataSet data = testing::synthetic_set(3, testing::in_turn(3, 1000), testing::in_turn(3, 10), 1000);
  data.augmentation = {4, true, min_scale, settings};
  const Split split = split_data(data, testing::data_settings({{"data.ratio", 100.0}}), {1, SeedRole::subset});
  PlanInputs inputs = make_plan_inputs(data, split, 128, {3, SeedRole::order}, {3, SeedRole::plan});
  inputs.shape = shape;
  return inputs;
}

AugmentSettings everything() { return {.policy = AugmentPolicy::autoaugment, .cutout = 16, .erasing = 0.5}; }

Slot without_transforms(Slot slot) {
  slot.transforms = {};
  return slot;
}

TEST(AugmentedPlan, LeavesImageCropAndFlipAsTheyAre) {
  for (const double min_scale : {1.0, 0.5}) {
    const PlanInputs plain = inputs_of({}, min_scale), augmented = inputs_of(everything(), min_scale);
    for (const Sampling sampling : {Sampling::permutation, Sampling::class_balanced}) {
      const auto before = plan_epoch(plain, 3, sampling).slots, after = plan_epoch(augmented, 3, sampling).slots;
      ASSERT_EQ(before.size(), after.size());
      int changed = 0;
      for (std::size_t i = 0; i < before.size(); ++i) {
        ASSERT_EQ(before[i], without_transforms(after[i]));
        changed += before[i] == after[i] ? 0 : 1;
      }
      EXPECT_EQ(changed, static_cast<int>(after.size()));  // each has its cutout
      EXPECT_EQ(partner_slot(plain, 3, 1, 5), without_transforms(partner_slot(augmented, 3, 1, 5)));
      EXPECT_EQ(plain_partner_slot(plain, 3, 1, 5), without_transforms(plain_partner_slot(augmented, 3, 1, 5)));
    }
  }
}

TEST(AugmentedPlan, IsTheSameForAnyNumberOfShards) {
  const PlanInputs inputs = inputs_of(everything());
  const std::vector<Slot> whole = plan_epoch(inputs, 5, Sampling::class_balanced).slots;
  const auto size = static_cast<std::int64_t>(whole.size());
  for (const std::int64_t shards : {1, 2, 3, 4, 8}) {
    std::vector<Slot> together;
    for (std::int64_t shard = 0; shard < shards; ++shard) {
      const auto [first, last] = shard_range(size, static_cast<int>(shard), static_cast<int>(shards));
      const auto part = plan_slots(inputs, 5, Sampling::class_balanced, first, last);
      together.insert(together.end(), part.begin(), part.end());
    }
    EXPECT_EQ(together, whole) << shards;
  }
}

TEST(AugmentedPlan, DrawsAnewForEachSlotEpochAndPartner) {
  const PlanInputs inputs = inputs_of(everything());
  const auto first = plan_epoch(inputs, 0, Sampling::permutation).slots;
  const auto second = plan_epoch(inputs, 1, Sampling::permutation).slots;
  int same_slot = 0, same_epoch = 0, same_partner = 0;
  for (std::size_t i = 1; i < 128; ++i) {
    same_slot += first[i].transforms == first[i - 1].transforms ? 1 : 0;
    same_epoch += first[i].transforms == second[i].transforms ? 1 : 0;
    same_partner += first[i].transforms == partner_slot(inputs, 0, 0, i).transforms ? 1 : 0;
  }
  EXPECT_LT(same_slot + same_epoch + same_partner, 8);  // squares at the border can be equal
}

TEST(AugmentedPlan, DrawsTheSquaresOfCutoutAlikeForEachPolicy) {
  AugmentSettings random = everything();
  random.policy = AugmentPolicy::randaugment;
  const auto a = plan_epoch(inputs_of(everything()), 2, Sampling::permutation).slots;
  const auto b = plan_epoch(inputs_of(random), 2, Sampling::permutation).slots;
  EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(),
                         [](const Slot& x, const Slot& y) { return x.transforms.cutout == y.transforms.cutout; }));
}

}  // namespace
}  // namespace m2m::data
