// OPeN: which slots of a step show noise, and what then stands in a batch.
#include "methods/noise_images.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "support/test_device.hpp"
#include "support/tiny_data.hpp"

namespace m2m::methods {
namespace {

using Slots = std::vector<std::int32_t>;

data::PlanInputs tiny_inputs() {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  return data::make_plan_inputs(data->set, data->split, 44, {1, SeedRole::order}, {1, SeedRole::plan});
}

TEST(NoiseProbability, IsDeltaTimesTheMissingShareOfTheLargestClass) {
  EXPECT_DOUBLE_EQ(noise_probability({60, 20, 6, 2}, 0, 1.0 / 3), 0);
  EXPECT_DOUBLE_EQ(noise_probability({60, 20, 6, 2}, 1, 1.0 / 3), 2.0 / 9);
  EXPECT_DOUBLE_EQ(noise_probability({60, 20, 6, 2}, 2, 0.5), 0.45);
  EXPECT_DOUBLE_EQ(noise_probability({2, 60}, 0, 1), 1 - 2.0 / 60);
}

/// Shares of the balanced slots of a class that show noise, over many epochs.
std::vector<double> noise_shares(double delta) {
  const data::PlanInputs inputs = tiny_inputs();
  std::vector<double> noise(4), all(4);
  for (int epoch = 0; epoch < 200; ++epoch) {
    const data::EpochPlan plan = data::plan_epoch(inputs, epoch, settings::Sampling::class_balanced);
    for (std::int64_t step = 0; step < plan.steps(); ++step) {
      for (const data::Slot& slot : plan.step(step)) ++all[inputs.labels[slot.image]];
      for (const std::int32_t slot : plan_noise(inputs, plan.step(step), epoch, step, delta))
        ++noise[inputs.labels[plan.step(step)[slot].image]];
    }
  }
  std::transform(noise.begin(), noise.end(), all.begin(), noise.begin(), std::divides<>());
  return noise;
}

TEST(PlanNoise, DrawsSlotsOfEachClassByItsProbability) {
  const std::vector<double> shares = noise_shares(1.0 / 3);  // of about 4400 slots a class
  EXPECT_EQ(shares[0], 0);
  EXPECT_NEAR(shares[1], 2.0 / 9, 0.025);
  EXPECT_NEAR(shares[2], 0.3, 0.025);
  EXPECT_NEAR(shares[3], 29.0 / 90, 0.025);
}

TEST(PlanNoise, IsTheSameEachTimeAndAnotherInEachStepAndEpoch) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 7, settings::Sampling::class_balanced);
  const Slots one = plan_noise(inputs, plan.step(0), 7, 0, 0.9);
  EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  EXPECT_EQ(one, plan_noise(inputs, plan.step(0), 7, 0, 0.9));
  EXPECT_NE(one, plan_noise(inputs, plan.step(0), 7, 1, 0.9));
  EXPECT_NE(one, plan_noise(inputs, plan.step(0), 8, 0, 0.9));
}

TEST(PlanNoise, HasTheSlotsOfASmallerDeltaAmongThoseOfALargerOne) {
  const data::PlanInputs inputs = tiny_inputs();
  const data::EpochPlan plan = data::plan_epoch(inputs, 0, settings::Sampling::class_balanced);
  const Slots few = plan_noise(inputs, plan.step(0), 0, 0, 0.3), many = plan_noise(inputs, plan.step(0), 0, 0, 0.9);
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
  EXPECT_LT(few.size(), many.size());
  EXPECT_TRUE(plan_noise(inputs, plan.step(0), 0, 0, 0).empty());
}

TEST(PlanNoise, LeavesTwoImagesInEachStep) {
  data::PlanInputs inputs = tiny_inputs();
  inputs.counts[0] = 1'000'000;  // nearly each slot of the other classes is drawn
  const std::vector<data::Slot> rare(5, data::Slot{60 + 20, 0, 0, 0});
  EXPECT_EQ(plan_noise(inputs, rare, 0, 0, 1), (Slots{2, 3, 4}));
  EXPECT_TRUE(plan_noise(inputs, std::span(rare).first(1), 0, 0, 1).empty());
}

TEST(MoveNoiseLast, KeepsTheOrderOfBothParts) {
  Slots of_rank{0, 3, 4, 7, 9};
  EXPECT_EQ(move_noise_last(of_rank, Slots{1, 3, 7, 8}), 3);
  EXPECT_EQ(of_rank, (Slots{0, 4, 9, 3, 7}));
  EXPECT_EQ(move_noise_last(of_rank, Slots{}), 5);
  EXPECT_EQ(of_rank, (Slots{0, 4, 9, 3, 7}));
}

TEST(FillWithNoise, ReplacesTheLastImagesAndNothingElse) {
  const auto on_device = torch::TensorOptions(testing::test_device());
  Batch batch{torch::full({5, 3, 4, 4}, 0.25, on_device), torch::arange(5, on_device), {0, 4, 9, 3, 7}};
  const NoiseWork work{torch::tensor({3, 7}, torch::kInt32).to(testing::test_device()),
                       torch::tensor({0.9, 0.5, 0.1}, torch::kFloat64).to(testing::test_device()),
                       torch::tensor({0.01, 0.01, 0.01}, torch::kFloat64).to(testing::test_device())};
  fill_with_noise(work, {1, SeedRole::plan}, 2, 3, batch);
  EXPECT_EQ(batch.first_noise, 3);
  const torch::Tensor images = batch.images.cpu();
  EXPECT_TRUE(torch::equal(images.narrow(0, 0, 3), torch::full({3, 3, 4, 4}, 0.25)));
  for (const int row : {3, 4}) {
    const torch::Tensor means = images[row].mean({1, 2});
    EXPECT_TRUE(torch::allclose(means, torch::tensor({0.9, 0.5, 0.1}), 0, 0.02)) << means;
  }
  EXPECT_FALSE(torch::equal(images[3], images[4]));
  EXPECT_TRUE(torch::equal(batch.labels.cpu(), torch::arange(5)));
}

TEST(FillWithNoise, LeavesABatchOfAStepWithoutNoise) {
  Batch batch{torch::rand({2, 1, 4, 4}), torch::arange(2), {0, 1}};
  const torch::Tensor before = batch.images.clone();
  fill_with_noise({}, {1, SeedRole::plan}, 2, 3, batch);
  EXPECT_FALSE(batch.first_noise.has_value());
  EXPECT_TRUE(torch::equal(batch.images, before));
}

}  // namespace
}  // namespace m2m::methods
