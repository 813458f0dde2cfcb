#include "methods/smote.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/epoch_plan.hpp"
#include "settings/choices.hpp"

namespace m2m::methods {

using data::DataSet;
using data::Split;

namespace {

/// Class 0: six samples; class 1: three, at 0, 10 and 100, along one axis of two; class 2: one.
DataSet three_classes() {
  DataSet data;
  data.classes = 3;
  data.train = {{1, 1, 2},
                std::vector<std::uint8_t>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 0, 7, 10, 7, 100, 7, 50, 60},
                {0, 0, 0, 0, 0, 0, 1, 1, 1, 2}};
  return data;
}

Split split_of(const DataSet& data) {
  Split split;
  for (std::int32_t row = 0; row < data.train.count(); ++row) split.train.rows.push_back(row);
  split.counts = {6, 3, 1};
  return split;
}

constexpr Key key{1, SeedRole::plan};

TEST(Smote, FillsEveryClassUpToTheLargest) {
  DataSet data = three_classes();
  Split split = split_of(data);
  oversample(data, split, key);
  ASSERT_EQ(data.train.count(), 18);
  ASSERT_EQ(data.train.pixels.size(), 36U);
  EXPECT_EQ(split.counts, (ClassCounts{6, 3, 1}));
  EXPECT_EQ(split.train.rows.size(), 18U);
  for (int k = 0; k < 3; ++k) EXPECT_EQ(std::count(data.train.labels.begin(), data.train.labels.end(), k), 6);
}

TEST(Smote, PutsNewSamplesBetweenASampleAndItsNearestNeighbour) {
  DataSet data = three_classes();
  Split split = split_of(data);
  oversample(data, split, key);
  // Class 1's new samples are those of rows 10 to 12: from 0 and 10 towards each other, from 100 towards 10.
  for (const int row : {10, 11}) EXPECT_LE(data.train.pixels[2 * row], 10) << row;
  EXPECT_GE(data.train.pixels[2 * 12], 10);
  for (const int row : {10, 11, 12}) EXPECT_EQ(data.train.pixels[2 * row + 1], 7);
}

TEST(Smote, TakesTheNextNeighbourInTheNextRound) {
  DataSet data;
  data.classes = 2;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 30; ++i) {
    pixels.insert(pixels.end(), {200, static_cast<std::uint8_t>(i)});
    labels.push_back(0);
  }
  for (const int x : {0, 10, 100}) {
    pixels.insert(pixels.end(), {static_cast<std::uint8_t>(x), 0});
    labels.push_back(1);
  }
  data.train = {{1, 1, 2}, std::move(pixels), std::move(labels)};
  Split split;
  for (std::int32_t row = 0; row < 33; ++row) split.train.rows.push_back(row);
  split.counts = {30, 3};
  oversample(data, split, key);
  const auto x = [&](int i) { return data.train.pixels[2 * (33 + i)]; };
  int beyond_the_nearest = 0;
  for (int i = 0; i < 27; i += 3) {  // of the sample at 0: the neighbours at 10 and 100 in turn
    const bool is_nearest = i / 3 % 2 == 0;
    if (is_nearest) {
      EXPECT_LE(x(i), 10) << i;
    }
    if (!is_nearest) beyond_the_nearest += x(i) > 10 ? 1 : 0;
  }
  EXPECT_GT(beyond_the_nearest, 0);
}

TEST(Smote, CopiesAClassOfOneSample) {
  DataSet data = three_classes();
  Split split = split_of(data);
  oversample(data, split, key);
  for (int row = 13; row < 18; ++row) {
    EXPECT_EQ(data.train.pixels[2 * row], 50);
    EXPECT_EQ(data.train.pixels[2 * row + 1], 60);
  }
}

TEST(Smote, DoesNotRoundFeatures) {
  DataSet data;
  data.classes = 2;
  data.train.shape = {1, 1, 1};
  data.train.labels = {0, 0, 0, 0, 1, 1};
  data.train.features = std::vector<float>{0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F};
  Split split;
  split.train.rows = {0, 1, 2, 3, 4, 5};
  split.counts = {4, 2};
  oversample(data, split, key);
  ASSERT_EQ(data.train.features.size(), 8U);
  for (const int row : {6, 7}) {
    EXPECT_GT(data.train.features[row], 0.5F);
    EXPECT_LT(data.train.features[row], 0.6F);
  }
}

TEST(FilledSampling, ShowsEverySampleOnceBeforeAnyAgain) {
  DataSet data = three_classes();
  Split split = split_of(data);
  oversample(data, split, key);
  const data::PlanInputs inputs = data::make_plan_inputs(data, split, 4, {1, SeedRole::order}, key);
  std::vector<std::int32_t> seen;
  for (int epoch = 0; epoch < 9; ++epoch) {
    const data::EpochPlan plan = data::plan_epoch(inputs, epoch, settings::Sampling::smote);
    EXPECT_EQ(plan.slots.size(), 10U);  // N, not 3 N_1
    EXPECT_EQ(plan.steps(), 3);
    for (const data::Slot& slot : plan.slots) seen.push_back(slot.image);
  }
  ASSERT_EQ(seen.size(), 90U);
  for (int shuffle = 0; shuffle < 5; ++shuffle) {
    EXPECT_EQ(std::set<int>(seen.begin() + shuffle * 18, seen.begin() + (shuffle + 1) * 18).size(), 18U);
  }
}

}  // namespace
}  // namespace m2m::methods
