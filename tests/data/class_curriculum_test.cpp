#include "data/class_curriculum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernels/transforms.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

using kernels::Operation, kernels::OperationKind;
using settings::AugmentPolicy, settings::AugmentSettings;

constexpr int top = kernels::curriculum_levels - 1;

/// Three classes of 100, 10 and 1 images.
PlanInputs inputs_of(const AugmentSettings& settings) {
  DataSet data = testing::synthetic_set(3, testing::in_turn(3, 300), testing::in_turn(3, 10), 100);
  data.augmentation = {2, true, 1, settings};
  const Split split = split_data(data, testing::data_settings({{"data.ratio", 100.0}}), {1, SeedRole::subset});
  return make_plan_inputs(data, split, 32, {3, SeedRole::order}, {3, SeedRole::plan});
}

AugmentSettings curriculum() { return {.policy = AugmentPolicy::curriculum}; }

/// Counts in which each class answers this share of its tests rightly, at each level.
std::vector<std::int64_t> answers(const std::vector<std::vector<double>>& shares, const AugmentSettings& settings) {
  std::vector<std::int64_t> right(shares.size() * kernels::curriculum_levels);
  for (std::size_t label = 0; label < shares.size(); ++label) {
    for (std::size_t level = 0; level < shares[label].size(); ++level) {
      const double draws = settings.curriculum_draws * static_cast<double>(level + 1);
      right[level_cell(label, static_cast<int>(level))] = std::lround(shares[label][level] * draws);
    }
  }
  return right;
}

TEST(NextLevels, GoUpIfEveryLevelUpToTheClassesOwnIsAnsweredWell) {
  const auto right =
      answers({{0.7}, {0.7, 0.7, 0.7}, {0.7, 0.5, 0.7}, {0.5, 0.7, 0.7}, {0.7, 0.7, 0.5}}, curriculum());
  EXPECT_EQ(next_levels({0, 2, 2, 2, 2}, right, curriculum()), (ClassLevels{1, 3, 1, 1, 1}));
}

TEST(NextLevels, DoNotPassLevelsAboveTheClassesOwn) {
  const auto right = answers({{0.9, 0.0, 0.0}}, curriculum());
  EXPECT_EQ(next_levels({0}, right, curriculum()), (ClassLevels{1}));
  EXPECT_EQ(next_levels({1}, right, curriculum()), (ClassLevels{0}));
}

TEST(NextLevels, StayWithinTheirBounds) {
  const std::vector<double> well(kernels::curriculum_levels, 1.0), badly(kernels::curriculum_levels, 0.0);
  const auto right = answers({well, badly}, curriculum());
  EXPECT_EQ(next_levels({top, 0}, right, curriculum()), (ClassLevels{top, 0}));
  EXPECT_EQ(next_levels({top - 1, top}, right, curriculum()), (ClassLevels{top, top - 1}));
}

TEST(NextLevels, AskForMoreThanTheAccuracyAndNotForAsMuch) {
  std::vector<std::int64_t> right(kernels::curriculum_levels);
  for (const int draws : {10, 5, 15}) {
    AugmentSettings settings = curriculum();
    settings.curriculum_draws = draws;
    right[0] = draws * 3 / 5;
    EXPECT_EQ(next_levels({0}, right, settings), (ClassLevels{0})) << draws;
    ++right[0];
    EXPECT_EQ(next_levels({0}, right, settings), (ClassLevels{1})) << draws;
  }
  AugmentSettings strict = curriculum();
  strict.curriculum_accuracy = 0.9;
  right[0] = 9;
  EXPECT_EQ(next_levels({0}, right, strict), (ClassLevels{0}));
}

TEST(LevelTests, AreAsManyAsTheLevelsAskForAndOfTheirClasses) {
  PlanInputs inputs = inputs_of(curriculum());
  ASSERT_EQ(inputs.counts, (ClassCounts{100, 10, 1}));
  EXPECT_EQ(inputs.levels, (ClassLevels{0, 0, 0}));
  inputs.levels = {0, 3, 1};
  const LevelTests tests = plan_level_tests(inputs, 4);
  std::map<std::int32_t, int> found;
  for (std::size_t i = 0; i < tests.slots.size(); ++i) {
    const int label = tests.cells[i] / kernels::curriculum_levels,
              level = tests.cells[i] % kernels::curriculum_levels;
    ++found[tests.cells[i]];
    EXPECT_EQ(inputs.labels[tests.slots[i].image], label);
    for (int at = 0; at < kernels::max_operations; ++at) {
      const Operation& operation = tests.slots[i].transforms.operations[at];
      EXPECT_EQ(operation.kind != OperationKind::identity, at < level);
      EXPECT_EQ(operation.magnitude / 2, at < level ? level : 0);
    }
  }
  const auto cell = [](int label, int level) { return static_cast<std::int32_t>(level_cell(label, level)); };
  const std::map<std::int32_t, int> expected = {{cell(0, 0), 10}, {cell(1, 0), 10}, {cell(1, 1), 20},
                                                {cell(1, 2), 30}, {cell(1, 3), 40}, {cell(2, 0), 10},
                                                {cell(2, 1), 20}};
  EXPECT_EQ(found, expected);
}

TEST(LevelTests, AreDrawnAnewForEachEpochAndAlikeOtherwise) {
  PlanInputs inputs = inputs_of(curriculum());
  inputs.levels = {2, 1, 0};
  EXPECT_EQ(plan_level_tests(inputs, 1).slots, plan_level_tests(inputs, 1).slots);
  EXPECT_NE(plan_level_tests(inputs, 1).slots, plan_level_tests(inputs, 2).slots);
  const std::vector<Slot> before = plan_level_tests(inputs, 1).slots;
  inputs.levels[0] = 3;  // the tests of the lower levels and of other classes stay
  const std::vector<Slot> after = plan_level_tests(inputs, 1).slots;
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 60, after.begin()));
  EXPECT_TRUE(std::equal(before.begin() + 60, before.end(), after.begin() + 100));
}

TEST(LevelTests, OfAClassWithoutImagesAreNone) {
  PlanInputs inputs = inputs_of(curriculum());
  inputs.positions_by_class[1].clear();
  for (const std::int32_t cell : plan_level_tests(inputs, 0).cells) EXPECT_NE(cell / kernels::curriculum_levels, 1);
}

TEST(CurriculumPlan, AugmentsEachImageByTheLevelOfItsClass) {
  AugmentSettings always = curriculum();
  always.curriculum_probability = 1;
  PlanInputs inputs = inputs_of(always);
  inputs.levels = {0, 2, top};
  for (const Slot& slot : plan_epoch(inputs, 0, settings::Sampling::class_balanced).slots) {
    const int level = inputs.levels[inputs.labels[slot.image]];
    int applied = 0;
    for (const Operation& operation : slot.transforms.operations) {
      if (operation.kind == OperationKind::identity) continue;
      ++applied;
      EXPECT_EQ(operation.magnitude / 2, level);
    }
    EXPECT_EQ(applied, level);
  }
}

TEST(CurriculumPlan, IsTheSameForAnyNumberOfShardsAndThatOfAPlainTrialAtLevel0) {
  PlanInputs inputs = inputs_of(curriculum());
  const auto plan = [&] { return plan_epoch(inputs, 2, settings::Sampling::class_balanced).slots; };
  EXPECT_EQ(plan(), plan_epoch(inputs_of({}), 2, settings::Sampling::class_balanced).slots);
  inputs.levels = {1, 4, top};
  const std::vector<Slot> whole = plan();
  std::vector<Slot> together;
  for (const auto& [first, last] :
       {shard_range(111, 0, 4), shard_range(111, 1, 4), shard_range(111, 2, 4), shard_range(111, 3, 4)}) {
    const auto part = plan_slots(inputs, 2, settings::Sampling::class_balanced, first, last);
    together.insert(together.end(), part.begin(), part.end());
  }
  EXPECT_EQ(together, whole);
}

}  // namespace
}  // namespace m2m::data
