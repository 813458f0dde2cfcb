#include <gtest/gtest.h>

#include <cmath>

#include "settings/augment_settings.hpp"
#include "support/test_device.hpp"
#include "support/whole_trial.hpp"

namespace m2m::train {
namespace {

using settings::AugmentPolicy, settings::AugmentSettings;

std::vector<data::Slot> first_step(const LoadedData& data) {
  const data::PlanInputs inputs =
      data::make_plan_inputs(data.set, data.split, 64, {1, SeedRole::order}, {1, SeedRole::plan});
  const auto plan = data::plan_epoch(inputs, 0, settings::Sampling::permutation);
  return {plan.step(0).begin(), plan.step(0).end()};
}

TEST(WithAugmentation, LeavesTheDataOfOtherTrialsAndEvaluationsUnchanged) {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  const auto augmented = with_augmentation(*data, {.policy = AugmentPolicy::autoaugment, .cutout = 4});
  EXPECT_FALSE(data->set.augmentation.settings.transforms());
  EXPECT_EQ(augmented->samples.front().data_ptr(), data->samples.front().data_ptr());
  EXPECT_TRUE(torch::equal(gather_rows(*augmented, data->split.train, 0, 80, torch::kFloat32),
                           gather_rows(*data, data->split.train, 0, 80, torch::kFloat32)));
  const auto slots = first_step(*data);
  EXPECT_EQ(slots, first_step(*with_augmentation(*data, {})));
  EXPECT_NE(slots, first_step(*augmented));
}

TEST(WithAugmentation, FillsBoxesWithTheMeanPixelAndLeavesTheRest) {
  const auto data = testing::tiny_data({60, 20, 6, 2});
  const auto augmented = with_augmentation(*data, {.cutout = 4});
  const auto slots = first_step(*augmented);
  const torch::Tensor plain = gather_slots(*data, slots, torch::kFloat32).cpu();
  const torch::Tensor cut = gather_slots(*augmented, slots, torch::kFloat32).cpu();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const kernels::Window& box = slots[i].transforms.cutout;
    torch::Tensor expected = plain[static_cast<std::int64_t>(i)].clone();
    expected.narrow(1, box.top, box.height).narrow(2, box.left, box.width).fill_(static_cast<float>(data->mean[0]));
    EXPECT_TRUE(torch::equal(cut[static_cast<std::int64_t>(i)], expected));
  }
}

TEST(WithAugmentation, OperatesOnPixelsOfDigitsAsOnBytes) {
  LoadedData digits = *testing::tiny_data({60, 20, 6, 2});
  std::vector<std::uint8_t> pixels(digits.set.train.pixels.begin(), digits.set.train.pixels.end());
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(pixel % 17);
  digits.set.train.pixels = pixels;
  digits.set.max_pixel = 16;
  place_on_device(digits, testing::test_device());
  const auto augmented = with_augmentation(digits, {.policy = AugmentPolicy::randaugment});
  std::vector<data::Slot> slots = first_step(*augmented);
  for (data::Slot& slot : slots) slot.transforms = {};
  slots[0].transforms.operations[0] = {kernels::OperationKind::invert, 0};
  const torch::Tensor plain = gather_slots(digits, slots, torch::kFloat64);
  const torch::Tensor bytes = (plain * 255 + 0.5).floor() / 255;
  const torch::Tensor found = gather_slots(*augmented, slots, torch::kFloat64);
  EXPECT_TRUE(torch::equal(found[1], bytes[1]));
  EXPECT_TRUE(torch::allclose(found[0], 1 - bytes[0]));
}

Json with(Json given, const Json& more) {
  given.update(more);
  return given;
}

/// Strong augmentation and a method.
Json strong(const std::string& method) {
  return {{"method", method},       {"augment.policy", "autoaugment"}, {"augment.cutout", 4},
          {"augment.erasing", 0.5}, {"train.network", "resnet8"},      {"m2m.gamma", 0.3}};
}

TEST(AugmentedTrial, HasTheSameNumbersEveryTimeAndOthersThanAPlainOne) {
  for (const char* method : {"ERM", "M2m", "CMO", "SMOTE"}) {
    const Trial first = testing::run_to_end(strong(method), 1);
    EXPECT_TRUE(testing::same_weights(first, testing::run_to_end(strong(method)))) << method;
    EXPECT_FALSE(
        testing::same_weights(first, testing::run_to_end(with(strong(method), {{"augment.policy", "plain"}}))))
        << method;
    EXPECT_FALSE(
        testing::same_weights(first, testing::run_to_end(with(strong(method), {{"augment.erasing", 0.0}}))))
        << method;
  }
}

TEST(AugmentedTrial, GoesOnFromAStateTakenInTheMiddleOfAnEpoch) {
  for (const char* method : {"ERM", "M2m"}) {
    const Config config = testing::tiny_config(strong(method));
    const Trial whole = testing::run_to_end(strong(method));
    Trial begun = testing::tiny_trial(config);
    begun.submit(4 * 6 + 3);  // epochs have six steps; M2m translates in the last one
    testing::TrialSetup setup = testing::tiny_setup(config);
    setup.parts.resume = begun.state();
    ASSERT_EQ(setup.parts.resume->step, 3);
    Trial resumed = testing::make_trial(std::move(setup));
    resumed.submit(1000);
    EXPECT_TRUE(testing::same_weights(whole, resumed)) << method;
  }
}

TEST(AugmentedTrial, LearnsTheSameFromRecordedStepsAndWhenAnotherThreadPlansAhead) {
  const Trial eager =
      testing::run_to_end(with(strong("M2m"), {{"train.executor", "eager"}, {"train.precision", "float64"}}));
  const Trial graphed =
      testing::run_to_end(with(strong("M2m"), {{"train.executor", "graph"}, {"train.precision", "float64"}}));
  testing::TrialSetup setup = testing::tiny_setup(
      testing::tiny_config(with(strong("M2m"), {{"train.executor", "eager"}, {"train.precision", "float64"}})));
  setup.plan.settings.plans_ahead = true;
  Trial ahead = testing::make_trial(std::move(setup));
  ahead.submit(1000);
  EXPECT_TRUE(testing::same_weights(eager, ahead));
  const auto left = copy_state(eager.network()), right = copy_state(graphed.network());
  for (const auto& [name, tensor] : left) EXPECT_TRUE(torch::allclose(tensor, right.at(name), 1e-8, 1e-8)) << name;
}

TEST(AugmentedTrial, RunsWithEachPolicyOnGreyImages) {
  const Json given = {{"train.epochs", 5}, {"train.lr", 0.01}, {"method", "RS"}};
  const Trial plain = testing::run_to_end(given);
  for (const char* policy : {"autoaugment", "randaugment"}) {
    const Trial trial = testing::run_to_end(with(given, {{"augment.policy", policy}}));
    EXPECT_TRUE(std::isfinite(trial.epochs().back().loss)) << policy;
    EXPECT_FALSE(testing::same_weights(plain, trial)) << policy;
  }
}

}  // namespace
}  // namespace m2m::train
