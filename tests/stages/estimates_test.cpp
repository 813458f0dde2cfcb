// Estimates of the time and the memory of a stage.
#include <gtest/gtest.h>

#include <utility>

#include "nn/fused_training.hpp"
#include "nn/fused_translation.hpp"
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

/// Of a trial in bf16 on images of 32x32 and 3 channels.
double memory(Json given) {
  given["train.precision"] = "bf16";
  given["train.evaluation_batch"] = 500;
  train::LoadedData data = *testing::tiny_data({10, 5});
  data.set.train.shape = {3, 32, 32};
  return estimated_memory(testing::tiny_config(given), data);
}

TEST(EstimatedMemory, OfAFusedTrialIsThatOfItsKernelsBuffers) {
  Json given = {{"train.network", "resnet32"}, {"train.batch_size", 128}, {"train.executor", "fused"}};
  const double erm = memory(given), buffers = 2.0 * static_cast<double>(nn::fused_training_bytes(5, 128));
  EXPECT_NEAR(erm, 0.5e9 + buffers + 2.0 * 4 * 3 * 32 * 32 * 500, 1) << "any stage, steps, an evaluation";
  given["method"] = "M2m";
  EXPECT_NEAR(memory(given) - erm, static_cast<double>(nn::fused_translation_bytes(5, 128)), 1);
  given["train.batch_size"] = 64;
  EXPECT_LT(memory(given), 0.5e9 + 0.6 * buffers);
}

TEST(EstimatedMemory, OfATrialThatTrainsNoConvolutionsIsFarLess) {
  Json given = {{"train.network", "resnet32"}, {"train.batch_size", 128}, {"train.executor", "graph"}};
  const auto of = [&](const char* method) {
    given["method"] = method;
    return memory(given) - 0.5e9;
  };
  const double activations = 8.0 * 4 * 500 * 16 * 32 * 32;
  EXPECT_NEAR(of("cRT"), activations, 1) << "a second stage";
  EXPECT_NEAR(of("PC-Softmax"), activations, 1) << "a change of answers";
  EXPECT_LT(activations, of("ERM") / 10);
}

TEST(EstimatedMemory, OfATrialThatFallsBackIsThatOfOperations) {
  Json given = {{"train.network", "resnet32"}, {"train.batch_size", 128}};
  const auto both = [&](const char* method) {
    given["method"] = method;
    given["train.executor"] = "graph";
    const double recorded = memory(given);
    given["train.executor"] = "fused";
    return std::pair(memory(given), recorded);
  };
  const auto [fused, recorded] = both("M2m");
  EXPECT_LT(fused, recorded / 3);
  given["augment.policy"] = "autoaugment";
  const auto [augmented, of_operations] = both("M2m");
  EXPECT_EQ(augmented, of_operations) << "its translations are recorded";
  const auto [plain, of_augmented] = both("ERM");
  EXPECT_LT(plain, of_augmented / 3) << "nothing is translated";
  given.erase("augment.policy");
  const auto [noise, of_noise] = both("OPeN");
  EXPECT_EQ(noise, of_noise) << "its steps run operation by operation";
}

}  // namespace
}  // namespace m2m::stages
