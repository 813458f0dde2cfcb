// Second stages: trials that train a part of a network on frozen features, from a finished trial on.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "settings/recipe.hpp"
#include "support/test_device.hpp"
#include "support/tiny_trial.hpp"

namespace m2m::train {
namespace {

bool same_weights(const Trial& a, const Trial& b) {
  const checkpoints::NetworkState left = copy_state(a.network());
  const checkpoints::NetworkState right = copy_state(b.network());
  return std::all_of(left.begin(), left.end(),
                     [&](const auto& item) { return testing::agree(item.second, right.at(item.first)); });
}

/// Makes the base trial of a second stage and trains it.
Trial base_of(const std::string& method) {
  const Config config = testing::tiny_config({{"method", method}});
  Trial base(testing::tiny_trial(testing::tiny_config(
      {{"method", settings::read<settings::Recipe>(config).start}, {"train.network", "resnet8"}})));
  base.submit(1000);
  return base;
}

/// Makes a second stage before its first step.
Trial begin_second_stage(const Trial& base, Json given, std::optional<checkpoints::TrialState> resume = {}) {
  given.update({{"train.network", "resnet8"}, {"second.epochs", 3}});
  testing::TrialSetup setup = testing::tiny_setup(testing::tiny_config(given));
  setup.parts.start = base.checkpoint();
  setup.parts.resume = std::move(resume);
  return testing::make_trial(std::move(setup));
}

Trial run_second_stage(const Trial& base, const Json& given) {
  Trial trial = begin_second_stage(base, given);
  while (!trial.done()) trial.submit(1000);
  return trial;
}

/// Runs a second stage and returns it with the state of its base trial.
std::pair<Trial, checkpoints::NetworkState> second_stage(const std::string& method) {
  const Trial base = base_of(method);
  return {run_second_stage(base, {{"method", method}}), copy_state(base.network())};
}

TEST(SecondStage, LeavesTheFeaturesUnchanged) {
  for (const std::string method : {"cRT", "LWS", "MiSLAS", "WB", "LOS", "DisAlign", "H2T"}) {
    auto [trial, before] = second_stage(method);
    for (const auto& [name, tensor] : copy_state(trial.network())) {
      if (!name.starts_with("linear.")) {
        EXPECT_TRUE(torch::equal(tensor, before.at(name))) << method << " " << name;
      }
    }
    const checkpoints::NetworkState after = copy_state(trial.network());
    const bool keeps_head = method == "LWS" || method == "DisAlign";
    EXPECT_EQ(torch::equal(after.at("linear.weight"), before.at("linear.weight")), keeps_head) << method;
    EXPECT_EQ(after.contains("linear.scales"), method == "LWS" || method == "MiSLAS") << method;
    EXPECT_EQ(after.contains("linear.confidence"), method == "DisAlign") << method;
    EXPECT_EQ(trial.epochs().size(), 3U);
    EXPECT_LT(trial.epochs().back().learning_rate, trial.epochs().front().learning_rate);
  }
}

std::vector<double> class_vector_lengths(const Trial& trial) {
  const torch::Tensor lengths =
      copy_state(trial.network()).at("linear.weight").norm(2, 1).to(torch::kFloat64).cpu();
  return {lengths.const_data_ptr<double>(), lengths.const_data_ptr<double>() + lengths.numel()};
}

TEST(SecondStage, OfWeightBalancingKeepsItsClassVectorsWithinTheBallAfterEveryStep) {
  const Trial base = base_of("WB");
  const std::vector<double> before = class_vector_lengths(base);
  const auto [shortest, longest] = std::minmax_element(before.begin(), before.end());
  const double radius = *shortest + 0.25 * (*longest - *shortest);
  Trial trial =
      begin_second_stage(base, {{"method", "WB"}, {"second.max_norm", 0.25}, {"second.weight_decay", 0.0}});
  double reached = 0;
  while (!trial.done()) {
    trial.submit(1);
    for (const double length : class_vector_lengths(trial)) {
      EXPECT_LE(length, radius * (1 + 1e-6));
      reached = std::max(reached, length);
    }
  }
  EXPECT_NEAR(reached, radius, 1e-6 * radius);
}

TEST(SecondStage, OfWeightBalancingGoesOnFromTheHeadOfItsBase) {
  const Trial base = base_of("WB");
  const Trial still = run_second_stage(base, {{"method", "WB"}, {"second.lr", 0.0}, {"second.max_norm", 1.0}});
  EXPECT_TRUE(torch::allclose(copy_state(still.network()).at("linear.weight"),
                              copy_state(base.network()).at("linear.weight"), 1e-6, 0));
  EXPECT_EQ(still.last().test, base.last().test);
}

TEST(SecondStage, GoesOnFromAStateWithTheSameBits) {
  if (!testing::gives_same_bits()) GTEST_SKIP() << "this device adds in changing order";
  for (const char* method : {"WB", "LOS", "DisAlign", "H2T"}) {
    const Trial base = base_of(method);
    const Trial whole = run_second_stage(base, {{"method", method}});
    Trial stopped = begin_second_stage(base, {{"method", method}});
    stopped.submit(8);  // of 6 steps an epoch
    Trial resumed = begin_second_stage(base, {{"method", method}}, stopped.state());
    resumed.submit(1000);
    EXPECT_TRUE(same_weights(whole, resumed)) << method;
    EXPECT_EQ(whole.last().test_logits, resumed.last().test_logits) << method;
  }
}

TEST(SecondStage, TakesTheWeightDecayOfTrainingUnlessItHasItsOwn) {
  const Trial base = base_of("cRT");
  const Trial plain = run_second_stage(base, {{"method", "cRT"}, {"train.weight_decay", 0.01}});
  EXPECT_TRUE(same_weights(
      plain,
      run_second_stage(base, {{"method", "cRT"}, {"train.weight_decay", 0.5}, {"second.weight_decay", 0.01}})));
  EXPECT_FALSE(same_weights(plain, run_second_stage(base, {{"method", "cRT"}, {"train.weight_decay", 0.5}})));
}

TEST(SecondStage, TakesTheLabelSmoothingOfTrainingUnlessItHasItsOwn) {
  const Trial base = base_of("LOS");
  const auto run_with = [&](const Json& smoothing) {
    Json given = {{"method", "ERM"}, {"recipe.start", "WD"}, {"recipe.train", "base-head"}};
    given.update(smoothing);
    return run_second_stage(base, given);
  };
  const Trial smoothed = run_with({{"second.label_smoothing", 0.98}});
  EXPECT_TRUE(same_weights(smoothed, run_with({{"train.label_smoothing", 0.98}})));
  EXPECT_FALSE(same_weights(smoothed, run_with(Json::object())));
  EXPECT_TRUE(same_weights(run_with({{"train.label_smoothing", 0.5}, {"second.label_smoothing", 0.0}}),
                           run_with(Json::object())));
}

/// With labels of 1/K for every class a head that starts at any answer ends at the same one for all classes.
TEST(SecondStage, OfLabelOverSmoothingMakesTheLogitsSmall) {
  const Trial base = base_of("LOS");
  const auto largest_logit = [](const Trial& trial) {
    double largest = 0;
    for (const float logit : trial.last().test_logits) largest = std::max(largest, double{std::abs(logit)});
    return largest;
  };
  const Trial smoothed = run_second_stage(base, {{"method", "LOS"}, {"second.lr", 0.1}});
  const Trial plain =
      run_second_stage(base, {{"method", "LOS"}, {"second.lr", 0.1}, {"second.label_smoothing", 0.0}});
  EXPECT_LT(largest_logit(smoothed), 0.5 * largest_logit(plain));
}

/// With s = 1 and b = 0 every output of a sample is multiplied by the same 1 + c.
TEST(SecondStage, OfDistributionAlignmentBeginsWithTheAnswersOfItsBase) {
  const Trial base = base_of("DisAlign");
  const Trial still = run_second_stage(base, {{"method", "DisAlign"}, {"second.lr", 0.0}});
  EXPECT_EQ(still.last().test, base.last().test);
  EXPECT_NE(still.last().test_logits, base.last().test_logits);
}

TEST(SecondStage, FromHeadToTailWithoutAShareOfFeaturesIsThatWithoutMixing) {
  const Trial base = base_of("H2T");
  const auto run_with = [&](const Json& given) {
    Json all = {{"method", "H2T"}};
    all.update(given);
    return run_second_stage(base, all);
  };
  const Trial plain = run_with({{"recipe.mixing", "none"}});
  EXPECT_TRUE(same_weights(plain, run_with({{"h2t.share", 0.0}})));
  EXPECT_FALSE(same_weights(plain, run_with({{"h2t.share", 0.5}})));
}

TEST(SecondStage, LearnsTheSameFromRecordedSteps) {
  for (const char* method : {"WB", "DisAlign", "H2T"}) {
    const Trial base = base_of(method);
    const Trial eager = run_second_stage(base, {{"method", method}});
    const Trial recorded = run_second_stage(base, {{"method", method}, {"train.executor", "graph"}});
    const checkpoints::NetworkState left = copy_state(eager.network()), right = copy_state(recorded.network());
    for (const auto& [name, tensor] : left) {
      EXPECT_TRUE(torch::allclose(tensor, right.at(name), 1e-5, 1e-6)) << method << " " << name;
    }
  }
}

}  // namespace
}  // namespace m2m::train
