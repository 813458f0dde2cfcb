// Estimates of the time and the memory of a stage.
#include <gtest/gtest.h>

#include "nn/network.hpp"
#include "stages/planner.hpp"
#include "support/tiny_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {
namespace {

double seconds(const Json& given) {
  return estimated_seconds(testing::tiny_config(given), *testing::tiny_data({10, 5}));
}

double memory_beyond_any(const Json& given) {
  const auto data = testing::tiny_data({10, 5});
  Json smaller = given;
  smaller["train.batch_size"] = 1;
  Json larger = given;
  larger["train.batch_size"] = 101;
  return estimated_memory(testing::tiny_config(larger), *data) -
         estimated_memory(testing::tiny_config(smaller), *data);
}

double multiply_adds(const Json& given) {
  const train::TrialSettings settings = train::trial_settings(testing::tiny_config(given));
  return nn::multiply_adds(train::network_spec(settings, *testing::tiny_data({10, 5})));
}

TEST(EstimatedSeconds, GrowWithTheMultiplyAddsOfTheWidth) {
  const Json narrow = {{"method", "ERM"}, {"train.network", "resnet8"}};
  Json wide = narrow;
  wide["train.width"] = 64;
  EXPECT_GT(multiply_adds(wide), 10 * multiply_adds(narrow));
  EXPECT_NEAR(seconds(wide) / seconds(narrow), multiply_adds(wide) / multiply_adds(narrow), 1e-9);
}

TEST(EstimatedSeconds, CountThePassesOfAStep) {
  const auto beyond = [](const char* kind) {  // evaluations are the same for all
    return seconds({{"train.epochs", 10}, {"train.defer_until", 0}, {"train.sharpness", kind}}) -
           seconds({{"train.epochs", 10}, {"train.defer_until", 0}});
  };
  EXPECT_GT(beyond("sam"), 0);
  EXPECT_DOUBLE_EQ(beyond("asam"), beyond("sam"));
  EXPECT_NEAR(beyond("imbsam"), 2 * beyond("sam"), 1e-12);
}

TEST(EstimatedMemory, GrowsWithTheActivationsOfTheWidth) {
  const Json narrow = {{"method", "ERM"}, {"train.network", "resnet8"}};
  Json wide = narrow;
  wide["train.width"] = 64;
  EXPECT_NEAR(memory_beyond_any(wide) / memory_beyond_any(narrow), multiply_adds(wide) / multiply_adds(narrow) / 4,
              1e-6);
  EXPECT_LT(memory_beyond_any(wide), 4 * memory_beyond_any(narrow));
}

}  // namespace
}  // namespace m2m::stages
