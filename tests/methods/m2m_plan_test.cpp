#include "methods/m2m_plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

using data::EpochPlan;
using data::PlanInputs;
using data::Slot;
using settings::M2mSettings;
using settings::Sampling;
using settings::SeedBy;

namespace {

constexpr data::ImageShape cifar{3, 32, 32};

PlanInputs long_tail_inputs(std::uint32_t seed) {
  PlanInputs inputs;
  inputs.counts = long_tail_counts(5000, 100, 10);
  inputs.positions_by_class.resize(10);
  for (int k = 0; k < 10; ++k) {
    for (std::int64_t i = 0; i < inputs.counts[k]; ++i) {
      inputs.positions_by_class[k].push_back(static_cast<std::int32_t>(inputs.labels.size()));
      inputs.labels.push_back(k);
    }
  }
  inputs.augmentation = {4, true};
  inputs.order = {seed, SeedRole::order};
  inputs.plan = {seed, SeedRole::plan};
  return inputs;
}

TEST(AcceptProbability, IsThatOfTheProtocolForTheLongTail) {
  const ClassCounts counts = long_tail_counts(5000, 100, 10);
  EXPECT_NEAR(accept_probability(counts, 0, 1, 0.999), 0.865, 0.0005);
  EXPECT_NEAR(accept_probability(counts, 0, 9, 0.999), 0.993, 0.0005);
}

TEST(AcceptProbability, IsZeroFromARarerClassAndFromItself) {
  const ClassCounts counts = {10, 50, 10};
  EXPECT_EQ(accept_probability(counts, 0, 1, 0.9), 0);
  EXPECT_EQ(accept_probability(counts, 0, 2, 0.9), 0);
  EXPECT_EQ(accept_probability(counts, 1, 1, 0.9), 0);
}

TEST(PlanTranslations, ChoosesAsManySlotsAsTheProtocolCounts) {
  const PlanInputs inputs = long_tail_inputs(1);
  double chosen = 0;
  double with_coin = 0;
  int steps = 0;
  for (int epoch = 0; epoch < 3; ++epoch) {
    const EpochPlan plan = data::plan_epoch(inputs, epoch, Sampling::class_balanced);
    for (std::int64_t step = 0; step + 1 < plan.steps(); ++step, ++steps) {
      M2mSettings settings;
      settings.random_start = false;
      const auto planned = plan_translations(inputs, plan.step(step), epoch, step, settings, cifar);
      chosen += static_cast<double>(planned.n());
      with_coin += static_cast<double>(
          std::count_if(planned.chosen.begin(), planned.chosen.end(), [](const auto& t) { return t.coin; }));
    }
  }
  EXPECT_NEAR(chosen / steps, 96.2, 1.0);
  EXPECT_NEAR(with_coin / steps, 76.2, 1.0);
}

TEST(PlanTranslations, NeverTakesASeedFromARarerClass) {
  const PlanInputs inputs = long_tail_inputs(2);
  const EpochPlan plan = data::plan_epoch(inputs, 160, Sampling::class_balanced);
  for (SeedBy seed_by : {SeedBy::sample, SeedBy::class_first}) {
    M2mSettings settings;
    settings.seed_by = seed_by;
    settings.random_start = false;
    const auto planned = plan_translations(inputs, plan.step(5), 160, 5, settings, cifar);
    ASSERT_GT(planned.n(), 0);
    for (const Translation& t : planned.chosen) {
      EXPECT_EQ(inputs.labels[plan.step(5)[t.slot].image], t.target);
      EXPECT_EQ(inputs.labels[t.seed.image], t.seed_class);
      EXPECT_GT(inputs.counts[t.seed_class], inputs.counts[t.target]);
    }
  }
}

TEST(PlanTranslations, GeneratesNothingForTheMostFrequentClassNorFromABatchOfRareImages) {
  PlanInputs inputs = long_tail_inputs(3);
  std::vector<Slot> rare(20, Slot{static_cast<std::int32_t>(inputs.positions_by_class[9][0]), 0, 0, 0});
  const auto planned = plan_translations(inputs, rare, 0, 0, {}, cifar);
  EXPECT_EQ(planned.n(), 0);
  EXPECT_GT(planned.without_seed.size(), 10U);
  EXPECT_TRUE(planned.noise_scale.empty());
  std::vector<Slot> frequent(20, Slot{inputs.positions_by_class[0][0], 0, 0, 0});
  EXPECT_TRUE(plan_translations(inputs, frequent, 0, 0, {}, cifar).without_seed.empty());
}

TEST(PlanTranslations, ScalesTheNoiseOfAllImagesTogetherToTheNormPerChannel) {
  const PlanInputs inputs = long_tail_inputs(4);
  const EpochPlan plan = data::plan_epoch(inputs, 1, Sampling::class_balanced);
  const auto planned = plan_translations(inputs, plan.step(0), 1, 0, {}, cifar);
  ASSERT_EQ(planned.noise_scale.size(), 3U);
  std::vector<double> noise(static_cast<std::size_t>(cifar.size()));
  for (int channel = 0; channel < 3; ++channel) {
    double squares = 0;
    for (const Translation& t : planned.chosen) {
      draw_noise(inputs.plan, 1, 0, t.slot, noise);
      for (int i = 0; i < 1024; ++i)
        squares += std::pow(noise[channel * 1024 + i] * planned.noise_scale[channel], 2);
    }
    EXPECT_NEAR(std::sqrt(squares), 0.5, 1e-6);
  }
}

TEST(PlanTranslations, ByClassTakesClassesInProportionToTheirWeightWhateverTheirNumberInTheBatch) {
  // Two frequent classes of equal count, one with nine images in the batch, the other with one.
  PlanInputs inputs;
  inputs.counts = {1000, 1000, 1};
  inputs.labels = {0, 1, 2};
  inputs.plan = {5, SeedRole::plan};
  std::vector<Slot> slots(9, Slot{0, 0, 0, 0});
  slots.push_back({1, 0, 0, 0});
  slots.push_back({2, 0, 0, 0});
  M2mSettings settings;
  settings.random_start = false;
  std::map<SeedBy, int> from_second;
  constexpr int steps = 2000;
  for (SeedBy seed_by : {SeedBy::sample, SeedBy::class_first}) {
    settings.seed_by = seed_by;
    for (int step = 0; step < steps; ++step) {
      for (const auto& t : plan_translations(inputs, slots, 0, step, settings, {1, 1, 1}).chosen) {
        from_second[seed_by] += t.seed_class == 1;
      }
    }
  }
  EXPECT_NEAR(from_second[SeedBy::sample] / static_cast<double>(steps), 0.1, 0.02);
  EXPECT_NEAR(from_second[SeedBy::class_first] / static_cast<double>(steps), 0.5, 0.03);
}

TEST(PlanTranslations, TossesCoinsAtTheAcceptanceRate) {
  PlanInputs inputs;
  inputs.counts = {8, 1};
  inputs.labels = {0, 1};
  inputs.plan = {6, SeedRole::plan};
  const std::vector<Slot> slots = {{0, 0, 0, 0}, {1, 0, 0, 0}};
  M2mSettings settings;
  settings.beta = 0.9;
  settings.random_start = false;
  int chosen = 0;
  int heads = 0;
  for (int step = 0; step < 4000; ++step) {
    for (const auto& t : plan_translations(inputs, slots, 0, step, settings, {1, 1, 1}).chosen) {
      ++chosen;
      heads += t.coin;
    }
  }
  EXPECT_NEAR(chosen / 4000.0, 1 - 1 / 8.0, 0.02);
  EXPECT_NEAR(heads / static_cast<double>(chosen), 1 - std::pow(0.9, 7), 0.02);
}

TEST(PlanTranslations, ScalesTheNoiseOfEachVectorSeparately) {
  const PlanInputs inputs = long_tail_inputs(4);
  const EpochPlan plan = data::plan_epoch(inputs, 1, Sampling::class_balanced);
  const data::ImageShape vector{1, 1, 150};
  const auto planned = plan_translations(inputs, plan.step(0), 1, 0, {}, vector);
  ASSERT_GT(planned.n(), 0);
  std::vector<double> noise(150);
  for (const Translation& t : planned.chosen) {
    draw_noise(inputs.plan, 1, 0, t.slot, noise);
    double squares = 0;
    for (const double value : noise) squares += std::pow(value * t.noise_scale, 2);
    EXPECT_NEAR(std::sqrt(squares), 0.866 / std::sqrt(static_cast<double>(planned.n())), 1e-9);
  }
}

TEST(SeedPools, LieInEachOtherAndTakeAllOfASmallClass) {
  const PlanInputs inputs = long_tail_inputs(5);
  const SeedPools few = seed_pools(inputs, 10), many = seed_pools(inputs, 100), all = seed_pools(inputs, 5000);
  for (std::size_t k = 0; k < few.size(); ++k) {
    EXPECT_EQ(few[k].size(), 10U);
    EXPECT_EQ(many[k].size(), std::min<std::size_t>(100, inputs.positions_by_class[k].size()));
    EXPECT_EQ(all[k].size(), inputs.positions_by_class[k].size());
    EXPECT_TRUE(std::equal(few[k].begin(), few[k].end(), many[k].begin()));
    for (const std::int32_t image : many[k]) EXPECT_EQ(inputs.labels[image], static_cast<int>(k));
  }
}

TEST(PlanTranslations, FromPoolsChangesWhereSeedsComeFromAndNothingElse) {
  const PlanInputs inputs = long_tail_inputs(6);
  const EpochPlan plan = data::plan_epoch(inputs, 160, Sampling::class_balanced);
  M2mSettings settings;
  settings.random_start = false;
  const auto from_batch = plan_translations(inputs, plan.step(5), 160, 5, settings, cifar);
  settings.pool = 5;
  const SeedPools pools = seed_pools(inputs, 5);
  const auto from_pool = plan_translations(inputs, plan.step(5), 160, 5, settings, cifar, pools);
  ASSERT_EQ(from_pool.n(), from_batch.n());
  bool differs = false;
  for (std::size_t i = 0; i < from_pool.chosen.size(); ++i) {
    const Translation &a = from_pool.chosen[i], &b = from_batch.chosen[i];
    EXPECT_EQ(a.slot, b.slot);
    EXPECT_EQ(a.target, b.target);
    EXPECT_GT(inputs.counts[a.seed_class], inputs.counts[a.target]);
    const auto& pool = pools[a.seed_class];
    EXPECT_NE(std::find(pool.begin(), pool.end(), a.seed.image), pool.end());
    differs = differs || a.seed.image != b.seed.image;
  }
  EXPECT_TRUE(differs);
}

TEST(PlanTranslations, DrawsRandomLabelsThatAreNeitherSeedNorTarget) {
  const PlanInputs inputs = long_tail_inputs(7);
  const EpochPlan plan = data::plan_epoch(inputs, 160, Sampling::class_balanced);
  M2mSettings settings;
  settings.random_start = false;
  const auto plain = plan_translations(inputs, plan.step(5), 160, 5, settings, cifar);
  settings.label = settings::TrainLabel::random;
  std::vector<int> drawn(10, 0);
  for (int step = 0; step < 60; ++step) {
    for (const Translation& t : plan_translations(inputs, plan.step(step), 160, step, settings, cifar).chosen) {
      EXPECT_NE(t.label, t.target);
      EXPECT_NE(t.label, t.seed_class);
      ++drawn[t.label];
    }
  }
  EXPECT_GT(*std::min_element(drawn.begin(), drawn.end()), 100);
  const auto random = plan_translations(inputs, plan.step(5), 160, 5, settings, cifar);
  for (std::size_t i = 0; i < plain.chosen.size(); ++i) {
    EXPECT_EQ(plain.chosen[i].coin, random.chosen[i].coin);
    EXPECT_EQ(plain.chosen[i].seed, random.chosen[i].seed);
    EXPECT_EQ(plain.chosen[i].label, plain.chosen[i].target);
  }
}

}  // namespace
}  // namespace m2m::methods
