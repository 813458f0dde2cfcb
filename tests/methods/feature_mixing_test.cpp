// Mixing of features from head to tail: its plan, the features that change, and that labels stay.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "methods/mixing.hpp"
#include "support/tiny_data.hpp"

namespace m2m::methods {
namespace {

constexpr Key plan_key = {1, SeedRole::plan};

TEST(HeadToTail, PairsClassBalancedSlotsWithPlainDrawsAndKeepsTheirLabels) {
  const ClassCounts counts = {60, 20, 6, 2};
  const auto data = testing::tiny_data(counts);
  const data::PlanInputs inputs =
      data::make_plan_inputs(data->set, data->split, 88, {1, SeedRole::order}, plan_key);
  settings::MixSettings settings;
  settings.kind = settings::Mixing::head_to_tail;
  std::vector<double> partners(4, 0);
  constexpr int epochs = 100;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    const data::EpochPlan plan = data::plan_epoch(inputs, epoch, settings::Sampling::class_balanced);
    const StepMix mix = plan_mix(inputs, plan.step(0), epoch, 0, {1, 8, 8}, settings);
    EXPECT_TRUE(mix.mixes_features);
    EXPECT_EQ(mix.label_shares, std::vector<double>(88, 1.0));
    ASSERT_EQ(mix.partners.size(), 88U);
    for (const data::Slot& partner : mix.partners) partners[inputs.labels[partner.image]] += 1;
  }
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double expected = static_cast<double>(counts[k]) * epochs;
    EXPECT_NEAR(partners[k], expected, 5 * std::sqrt(expected)) << k;
  }
}

TEST(HeadToTail, ReplacesTheSameShareOfFeaturesInEveryStepAndOthersEachTime) {
  const auto draw = [](int epoch, std::int64_t step, double share) {
    return draw_replaced_features(plan_key, epoch, step, 64, share);
  };
  std::set<std::vector<std::uint8_t>> draws;
  std::vector<int> times(64, 0);
  for (int step = 0; step < 200; ++step) {
    const std::vector<std::uint8_t> drawn = draw(2, step, 0.3);
    EXPECT_EQ(std::accumulate(drawn.begin(), drawn.end(), 0), 19);  // of 64 features 19.2
    for (std::size_t i = 0; i < drawn.size(); ++i) times[i] += drawn[i];
    draws.insert(drawn);
  }
  EXPECT_EQ(draws.size(), 200U);
  for (const int each : times) EXPECT_NEAR(each, 59.4, 33);
  EXPECT_EQ(draw(2, 7, 0.3), draw(2, 7, 0.3));
  EXPECT_NE(draw(2, 7, 0.3), draw(3, 7, 0.3));
  EXPECT_EQ(draw(2, 7, 0.0), std::vector<std::uint8_t>(64, 0));
  EXPECT_EQ(draw(2, 7, 1.0), std::vector<std::uint8_t>(64, 1));
}

TEST(HeadToTail, TakesTheFeaturesOfPartnersAndLeavesImagesAndLoss) {
  StepMix mix;
  mix.partners.resize(2);
  mix.mixes_features = true;
  const torch::Tensor images = torch::rand({2, 1, 1, 3}), others = torch::rand({2, 1, 1, 3});
  Batch batch{images.clone(), torch::tensor({0, 1}, torch::kInt64), {0, 1}};
  mix_batch(mix,
            {others, torch::tensor({1, 1}, torch::kInt64), torch::ones({2}), torch::tensor({false, true, false})},
            batch);
  EXPECT_TRUE(torch::equal(batch.images, images));
  const auto network = [](const torch::Tensor& of) { return 2 * of.flatten(1); };  // features by hand
  const torch::Tensor expected = torch::stack(
      {2 * images.flatten(1).select(1, 0), 2 * others.flatten(1).select(1, 1), 2 * images.flatten(1).select(1, 2)},
      1);
  EXPECT_TRUE(torch::equal(mixed_features(network, batch), expected));
  const torch::Tensor outputs = torch::tensor({{1.0, 2.0}, {0.5, -3.0}});
  EXPECT_TRUE(torch::equal(mixed_loss(cross_entropy, outputs, batch), cross_entropy(outputs, batch.labels)));
}

TEST(HeadToTail, LeavesTheFeaturesOfAPlainBatch) {
  const Batch batch{torch::rand({2, 1, 1, 3}), torch::tensor({0, 1}, torch::kInt64), {0, 1}};
  EXPECT_TRUE(torch::equal(mixed_features([](const torch::Tensor& of) { return of.flatten(1); }, batch),
                           batch.images.flatten(1)));
}

}  // namespace
}  // namespace m2m::methods
