#include "train/schedule.hpp"

#include <gtest/gtest.h>

namespace m2m::train {
namespace {

TEST(LearningRate, WarmsUpOverFiveEpochsThenDropsAt160And180) {
  const train::Schedule schedule;
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 0), 0.02);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 4), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 159), 0.1);
  EXPECT_NEAR(learning_rate(schedule, 160), 1e-3, 1e-15);
  EXPECT_NEAR(learning_rate(schedule, 199), 1e-5, 1e-17);
}

TEST(LearningRate, WithoutWarmupOrDropsIsTheBase) { EXPECT_DOUBLE_EQ(learning_rate({0.3, 0, {}, 0.1}, 7), 0.3); }

TEST(LastDrop, IsTheFirstEpochAfterIt) {
  EXPECT_EQ(last_drop({}), 180);
  EXPECT_EQ(last_drop({0.1, 0, {}, 0.1}), 0);
}

}  // namespace
}  // namespace m2m::train
