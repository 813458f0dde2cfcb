// Trials whose augmentation follows the curriculum by class.
#include <gtest/gtest.h>

#include "checkpoints/trial_state.hpp"
#include "core/error.hpp"
#include "data/class_curriculum.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "support/whole_trial.hpp"

namespace m2m::train {
namespace {

Json with(Json given, const Json& more) {
  given.update(more);
  return given;
}

/// A trial that learns fast enough that classes go up and down.
Json curriculum(const std::string& method) {
  return {{"method", method},
          {"augment.policy", "curriculum"},
          {"augment.curriculum_accuracy", 0.4},
          {"m2m.gamma", 0.3},
          {"train.lr", 0.01}};
}

/// The levels of each epoch of a trial.
std::vector<std::vector<int>> levels_by_epoch(Trial& trial) {
  std::vector<std::vector<int>> levels;
  for (int epoch = 0; !trial.done(); ++epoch) {
    while (trial.epoch() == epoch) trial.submit(1);
    levels.push_back(trial.state().levels);
  }
  return levels;
}

/// The levels before the next epoch of a trial that is between two, from its network's answers one image at a time.
std::vector<int> levels_by_hand(Trial& trial) {
  const EpochInputs& inputs = trial.inputs();
  nn::FrozenNetwork& network = trial.frozen_network();
  const torch::NoGradGuard no_gradient;
  const data::LevelTests tests = data::plan_level_tests(inputs.plan_inputs, trial.epoch());
  std::vector<std::int64_t> right(inputs.plan_inputs.levels.size() * kernels::curriculum_levels);
  for (std::size_t i = 0; i < tests.slots.size(); ++i) {
    const data::Slot& slot = tests.slots[i];
    const torch::Tensor logits =
        network.outputs(gather_slots(*inputs.data, std::span(&slot, 1), inputs.plan.settings.precision));
    right[tests.cells[i]] += logits.argmax(1).item<std::int64_t>() == inputs.plan_inputs.labels[slot.image] ? 1 : 0;
  }
  const data::ClassLevels next =
      data::next_levels(inputs.plan_inputs.levels, right, inputs.plan_inputs.augmentation.settings);
  return {next.begin(), next.end()};
}

TEST(ClassLevels, FollowWhatTheNetworkAnswersBeforeEachEpoch) {
  Trial trial = testing::tiny_trial(testing::tiny_config(with(curriculum("ERM"), {{"train.epochs", 8}})));
  std::vector<int> highest(4);
  while (!trial.done()) {
    const std::vector<int> expected = levels_by_hand(trial);
    const int epoch = trial.epoch();
    while (trial.epoch() == epoch) trial.submit(1);
    EXPECT_EQ(trial.state().levels, expected) << epoch;
    for (std::size_t k = 0; k < highest.size(); ++k) highest[k] = std::max(highest[k], expected[k]);
  }
  EXPECT_GE(highest[0], 2);           // the class of 60 images
  EXPECT_NE(highest[0], highest[3]);  // and that of 2
}

TEST(ClassLevels, AreThoseOfNoClassWithoutACurriculum) {
  EXPECT_TRUE(testing::run_to_end({{"augment.policy", "randaugment"}}).state().levels.empty());
}

TEST(CurriculumTrial, CanCombineWithWhatOtherAugmentationDoes) {
  for (const char* method : {"ERM", "DRS", "M2m", "LDAM-DRW", "SMOTE", "CMO", "OPeN"}) {
    Trial trial = testing::run_to_end(curriculum(method));
    EXPECT_EQ(trial.state().levels.size(), 4U) << method;
    EXPECT_TRUE(std::isfinite(trial.epochs().back().loss)) << method;
    EXPECT_TRUE(testing::same_weights(trial, testing::run_to_end(curriculum(method), 1))) << method;
    EXPECT_FALSE(
        testing::same_weights(trial, testing::run_to_end(with(curriculum(method), {{"augment.policy", "plain"}}))))
        << method;
  }
}

TEST(CurriculumTrial, GoesOnFromTheFileOfAStateAsIfItHadNotStopped) {
  const testing::TemporaryFolder folder;
  const Config config = testing::tiny_config(with(curriculum("M2m"), {{"train.epochs", 6}}));
  Trial whole = testing::tiny_trial(config);
  const std::vector<std::vector<int>> levels = levels_by_epoch(whole);
  for (const int steps : {4 * 6, 4 * 6 + 3}) {  // epochs have six steps: between two, and within one
    Trial begun = testing::tiny_trial(config);
    begun.submit(steps);
    checkpoints::write_trial_state(folder.path() / "resume.safetensors", begun.state());
    testing::TrialSetup setup = testing::tiny_setup(config);
    setup.parts.resume = checkpoints::read_trial_state(folder.path() / "resume.safetensors");
    EXPECT_EQ(setup.parts.resume->levels, levels[steps == 4 * 6 ? 3 : 4]) << steps;
    Trial resumed = testing::make_trial(std::move(setup));
    resumed.submit(1000);
    EXPECT_TRUE(testing::same_weights(whole, resumed)) << steps;
    EXPECT_EQ(resumed.state().levels, levels.back()) << steps;
  }
}

TEST(CurriculumTrial, RefusesAStateWithoutItsLevelsOrWithOthers) {
  const Config config = testing::tiny_config(curriculum("ERM"));
  Trial begun = testing::tiny_trial(config);
  begun.submit(6);
  for (const std::vector<int>& levels : {std::vector<int>{}, {0, 0, 0}, {0, 0, 0, 11}, {-1, 0, 0, 0}}) {
    testing::TrialSetup setup = testing::tiny_setup(config);
    setup.parts.resume = begun.state();
    setup.parts.resume->levels = levels;
    const std::string said = testing::complaint([&] { testing::make_trial(std::move(setup)); }, ExitCode::bad_data);
    EXPECT_TRUE(testing::says(said, {"the state of the trial", "levels of augmentation"})) << said;
  }
}

TEST(CurriculumTrial, PlansNoEpochAheadOfItsTests) {
  testing::TrialSetup setup = testing::tiny_setup(testing::tiny_config(curriculum("M2m")));
  setup.plan.settings.plans_ahead = true;
  Trial ahead = testing::make_trial(std::move(setup));
  ahead.submit(1000);
  EXPECT_TRUE(testing::same_weights(ahead, testing::run_to_end(curriculum("M2m"))));
}

}  // namespace
}  // namespace m2m::train
