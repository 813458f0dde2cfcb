#include "data/epoch_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/philox.hpp"
#include "settings/choices.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {

using settings::Sampling;

namespace {

constexpr Key order_key{3, SeedRole::order};
constexpr Key plan_key{3, SeedRole::plan};

/// 1,000, 100 and 10 images of three classes: 1,110 slots, 9 batches of 128, the last of 86.
PlanInputs inputs_of(Augmentation augmentation, Key order = order_key, Key plan = plan_key) {
  DataSet data = testing::synthetic_set(3, testing::in_turn(3, 1000), testing::in_turn(3, 10), 1000);
  data.augmentation = augmentation;
  const Split split = split_data(data, testing::data_settings({{"data.ratio", 100.0}}), {1, SeedRole::subset});
  return make_plan_inputs(data, split, 128, order, plan);
}

PlanInputs cifar_like() { return inputs_of({4, true}); }

bool same(const Slot& a, const Slot& b) {
  return a.image == b.image && a.dy == b.dy && a.dx == b.dx && a.flip == b.flip;
}

bool same(const std::vector<Slot>& a, const std::vector<Slot>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Slot& x, const Slot& y) { return same(x, y); });
}

TEST(PlanInputs, KnowsLabelsAndImagesOfEachClass) {
  const PlanInputs inputs = cifar_like();
  ASSERT_EQ(inputs.labels.size(), 1110U);
  EXPECT_EQ(inputs.counts, (ClassCounts{1000, 100, 10}));
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(static_cast<std::int64_t>(inputs.positions_by_class[k].size()), inputs.counts[k]);
    EXPECT_TRUE(std::is_sorted(inputs.positions_by_class[k].begin(), inputs.positions_by_class[k].end()));
    for (const std::int32_t image : inputs.positions_by_class[k])
      ASSERT_EQ(inputs.labels[image], static_cast<std::int32_t>(k));
  }
}

TEST(EpochPlan, HasAShortLastBatch) {
  const EpochPlan plan = plan_epoch(cifar_like(), 0, Sampling::permutation);
  EXPECT_EQ(plan.steps(), 9);
  EXPECT_EQ(plan.step(0).size(), 128U);
  EXPECT_EQ(plan.step(8).size(), 86U);
  EXPECT_EQ(&plan.step(1)[0], &plan.slots[128]);
}

TEST(EpochPlan, UsesEachImageOnceInEveryEpoch) {
  const PlanInputs inputs = cifar_like();
  std::vector<std::vector<std::int32_t>> orders;
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::int32_t> images;
    for (const Slot& slot : plan_epoch(inputs, epoch, Sampling::permutation).slots) images.push_back(slot.image);
    orders.push_back(images);
    std::sort(images.begin(), images.end());
    for (std::size_t i = 0; i < images.size(); ++i) ASSERT_EQ(images[i], static_cast<std::int32_t>(i));
  }
  EXPECT_NE(orders[0], orders[1]);
  EXPECT_NE(orders[1], orders[2]);
}

TEST(EpochPlan, IsTheSameForAnyNumberOfShards) {
  const PlanInputs inputs = cifar_like();
  for (const Sampling sampling : {Sampling::permutation, Sampling::class_balanced}) {
    const EpochPlan whole = plan_epoch(inputs, 5, sampling);
    const auto size = static_cast<std::int64_t>(whole.slots.size());
    for (const std::int64_t shards : {1, 2, 3, 4, 8}) {
      std::vector<Slot> dealt;
      for (std::int64_t shard = 0; shard < shards; ++shard) {
        const auto part = plan_slots(inputs, 5, sampling, size * shard / shards, size * (shard + 1) / shards);
        dealt.insert(dealt.end(), part.begin(), part.end());
      }
      EXPECT_TRUE(same(dealt, whole.slots)) << shards;
    }
  }
}

TEST(EpochPlan, IsTheSameForAnyNumberOfShardsOfEachStep) {
  const PlanInputs inputs = cifar_like();
  const EpochPlan whole = plan_epoch(inputs, 2, Sampling::class_balanced);
  for (const std::int64_t shards : {1, 2, 3, 4, 8}) {
    for (std::int64_t step = 0; step < whole.steps(); ++step) {
      const auto in_step = static_cast<std::int64_t>(whole.step(step).size());
      for (std::int64_t shard = 0; shard < shards; ++shard) {
        const std::int64_t first = step * whole.batch + in_step * shard / shards;
        const std::int64_t last = step * whole.batch + in_step * (shard + 1) / shards;
        const std::vector<Slot> expected(whole.slots.begin() + first, whole.slots.begin() + last);
        ASSERT_TRUE(same(plan_slots(inputs, 2, Sampling::class_balanced, first, last), expected));
      }
    }
  }
}

TEST(EpochPlan, FollowsItsOwnKeys) {
  const auto plan = [](Key order, Key drawn, Sampling sampling) {
    return plan_epoch(inputs_of({4, true}, order, drawn), 1, sampling).slots;
  };
  const Key other_order{4, SeedRole::order}, other_plan{4, SeedRole::plan};
  EXPECT_TRUE(
      same(plan(order_key, plan_key, Sampling::permutation), plan(order_key, other_plan, Sampling::permutation)));
  EXPECT_FALSE(
      same(plan(order_key, plan_key, Sampling::permutation), plan(other_order, plan_key, Sampling::permutation)));
  const auto balanced = plan(order_key, plan_key, Sampling::class_balanced);
  const auto other_crops = plan(other_order, plan_key, Sampling::class_balanced);
  EXPECT_TRUE(std::equal(balanced.begin(), balanced.end(), other_crops.begin(),
                         [](const Slot& a, const Slot& b) { return a.image == b.image; }));
  EXPECT_FALSE(same(balanced, other_crops));
  EXPECT_FALSE(same(balanced, plan(order_key, other_plan, Sampling::class_balanced)));
}

TEST(EpochPlan, CropsAreTheSameHoweverImagesAreSampled) {
  const PlanInputs inputs = cifar_like();
  const auto as_is = plan_epoch(inputs, 1, Sampling::permutation).slots;
  const auto balanced = plan_epoch(inputs, 1, Sampling::class_balanced).slots;
  EXPECT_TRUE(std::equal(as_is.begin(), as_is.end(), balanced.begin(), [](const Slot& a, const Slot& b) {
    return a.dy == b.dy && a.dx == b.dx && a.flip == b.flip;
  }));
}

TEST(EpochPlan, ShiftsAndFlipsUniformly) {
  const PlanInputs inputs = cifar_like();
  std::array<int, 9> dy{}, dx{};
  int flips = 0, n = 0;
  for (int epoch = 0; epoch < 20; ++epoch) {
    for (const Slot& slot : plan_epoch(inputs, epoch, Sampling::permutation).slots) {
      ++dy.at(static_cast<std::size_t>(slot.dy + 4));
      ++dx.at(static_cast<std::size_t>(slot.dx + 4));
      flips += slot.flip;
      ++n;
    }
  }
  const double expected = n / 9.0;
  for (const auto& counts : {dy, dx}) {
    for (const int count : counts) EXPECT_NEAR(count, expected, 5 * std::sqrt(expected));
  }
  EXPECT_NEAR(flips, n / 2.0, 5 * std::sqrt(n / 4.0));
}

TEST(EpochPlan, LeavesImagesAloneWithoutAugmentation) {
  for (const Slot& slot : plan_epoch(inputs_of({0, false}), 1, Sampling::permutation).slots) {
    ASSERT_TRUE(slot.dy == 0 && slot.dx == 0 && slot.flip == 0);
  }
  for (const Slot& slot : plan_epoch(inputs_of({1, false}), 1, Sampling::permutation).slots)
    ASSERT_EQ(slot.flip, 0);
}

TEST(ClassBalanced, DrawsClassesAndTheirImagesUniformly) {
  const PlanInputs inputs = cifar_like();
  std::vector<int> of_image(inputs.labels.size(), 0);
  std::array<int, 3> positions_by_class{};
  int n = 0;
  for (int epoch = 0; epoch < 30; ++epoch) {
    for (const Slot& slot : plan_epoch(inputs, epoch, Sampling::class_balanced).slots) {
      ++of_image[slot.image];
      ++positions_by_class.at(static_cast<std::size_t>(inputs.labels[slot.image]));
      ++n;
    }
  }
  double chi_square = 0;
  for (const int count : positions_by_class) chi_square += std::pow(count - n / 3.0, 2) / (n / 3.0);
  EXPECT_LT(chi_square, 13.8);  // 2 degrees of freedom: passed by one seed in a thousand
  const double expected = positions_by_class[2] / 10.0;
  chi_square = 0;
  for (const std::int32_t image : inputs.positions_by_class[2])
    chi_square += std::pow(of_image[image] - expected, 2) / expected;
  EXPECT_LT(chi_square, 27.9);  // 9 degrees of freedom
}

TEST(PlanSlots, RefusesSlotsThatAreNotThere) {
  const PlanInputs inputs = cifar_like();
  const auto ask = [&](std::int64_t first, std::int64_t last) {
    return [=] { plan_slots(inputs, 0, Sampling::permutation, first, last); };
  };
  EXPECT_NE(testing::complaint(ask(-1, 5), ExitCode::internal), "");
  EXPECT_NE(testing::complaint(ask(6, 5), ExitCode::internal), "");
  EXPECT_NE(testing::complaint(ask(0, 1111), ExitCode::internal), "");
  EXPECT_TRUE(plan_slots(inputs, 0, Sampling::permutation, 7, 7).empty());
}

TEST(DrawWindow, StaysInTheImageAndTakesItsShareOfTheArea) {
  Stream stream({3, SeedRole::order}, Purpose::crop);
  double least = 1, most = 0;
  for (int i = 0; i < 2000; ++i) {
    const kernels::Window window = draw_window(stream, {3, 32, 32}, 0.8);
    ASSERT_GE(window.top, 0);
    ASSERT_GE(window.left, 0);
    ASSERT_LE(window.top + window.height, 32);
    ASSERT_LE(window.left + window.width, 32);
    const double share = window.height * window.width / 1024.0;
    least = std::min(least, share);
    most = std::max(most, share);
  }
  EXPECT_NEAR(least, 0.8, 0.05);  // sides are whole pixels
  EXPECT_NEAR(most, 1, 0.02);
}

std::vector<std::int32_t> some_of(std::int64_t slots, Stream& stream) {
  std::vector<std::int32_t> translated_slots;
  for (std::int32_t slot = 0; slot < slots; ++slot) {
    if (stream.below(3) == 0) translated_slots.push_back(slot);
  }
  return translated_slots;
}

TEST(DealSlots, GivesEverySlotToOneRankAndEachAnEvenShareOfSlotsAndOfTranslations) {
  Stream stream({5, SeedRole::plan}, Purpose::generate);
  for (const std::int64_t slots : {0, 1, 2, 7, 50, 118, 128}) {
    for (const int ranks : {1, 2, 3, 4, 8}) {
      const std::vector<std::int32_t> translated_slots = some_of(slots, stream);
      std::set<std::int32_t> dealt;
      for (int rank = 0; rank < ranks; ++rank) {
        const std::vector<std::int32_t> own = shard_slots(slots, translated_slots, rank, ranks);
        EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
        dealt.insert(own.begin(), own.end());
        const auto translated = std::count_if(own.begin(), own.end(), [&](std::int32_t slot) {
          return std::binary_search(translated_slots.begin(), translated_slots.end(), slot);
        });
        const auto size = static_cast<std::int64_t>(own.size());
        EXPECT_TRUE(size == slots / ranks || size == (slots + ranks - 1) / ranks) << slots << " over " << ranks;
        const auto work = static_cast<std::int64_t>(translated_slots.size());
        EXPECT_TRUE(translated == work / ranks || translated == (work + ranks - 1) / ranks);
      }
      EXPECT_EQ(static_cast<std::int64_t>(dealt.size()), slots);
    }
  }
}

TEST(DealSlots, LeavesTheOnlyRankTheSlotsInTheirOrder) {
  const std::vector<std::int32_t> translated_slots = {1, 3};
  EXPECT_EQ(shard_slots(5, translated_slots, 0, 1), (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
}

TEST(DealSlots, LeavesRanksWithoutASlotWhereThereAreTooFew) {
  EXPECT_TRUE(shard_slots(2, {}, 3, 4).empty());
  EXPECT_TRUE(shard_slots(0, {}, 0, 1).empty());
}

TEST(ShareOf, CutsEveryCountIntoEvenPartsThatFollowEachOther) {
  for (const std::int64_t count : {0, 1, 5, 9000}) {
    for (const int ranks : {1, 2, 3, 8}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const auto [first, last] = shard_range(count, rank, ranks);
        EXPECT_EQ(first, next);
        EXPECT_LE(last - first, (count + ranks - 1) / ranks);
        next = last;
      }
      EXPECT_EQ(next, count);
    }
  }
}

}  // namespace
}  // namespace m2m::data
