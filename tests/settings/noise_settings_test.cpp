// Images of noise: where their settings act, and what is refused.
#include "settings/noise_settings.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

Json acting(const Json& given) { return acting_settings(resolve(Config(given))); }

std::string refusal(const Json& given) {
  return testing::complaint([&] { resolve(Config(given)); }, ExitCode::usage);
}

TEST(NoiseImages, AreSilentInTrialsWithoutThem) {
  EXPECT_FALSE(acting({{"method", "DRS"}}).contains("recipe.noise_images"));
  EXPECT_EQ(acting({{"method", "DRS"}, {"open.delta", 0.5}}), acting({{"method", "DRS"}}));
  EXPECT_EQ(acting({{"method", "OPeN"}}).at("recipe.noise_images"), "open");
  EXPECT_EQ(acting({{"method", "OPeN"}, {"open.delta", 0.5}}).at("open.delta"), 0.5);
}

TEST(NoiseImages, AreAddedFromTheDeferralOn) {
  const auto recipe = read<Recipe>(resolve(Config(Json{{"method", "OPeN"}})));
  EXPECT_FALSE(phase_at(recipe, 159, 160).adds_noise);
  EXPECT_TRUE(phase_at(recipe, 160, 160).adds_noise);
  EXPECT_EQ(phase_at(recipe, 160, 160).sampling, Sampling::class_balanced);
  EXPECT_FALSE(phase_at(read<Recipe>(resolve(Config(Json{{"method", "DRS"}}))), 160, 160).adds_noise);
}

TEST(NoiseImages, ShareThePrefixOfOtherDeferredMethods) {
  const auto prefix = [](const Json& given) { return acting_settings_of_prefix(resolve(Config(given)), 160); };
  EXPECT_EQ(prefix({{"method", "OPeN"}, {"open.delta", 0.5}}), prefix({{"method", "DRS"}}));
}

TEST(NoiseImages, AreDrawnByThePlan) {
  const Json alone = {{"method", "ERM"}, {"recipe.rebalance", "at-once"}, {"recipe.noise_images", "open"}};
  EXPECT_TRUE(acting(alone).contains("seeds.plan"));
  EXPECT_FALSE(acting({{"method", "ERM"}}).contains("seeds.plan"));
}

TEST(NoiseImages, AreNotThoseOfAG) {
  const Config g = g_config(resolve(Config(Json{{"method", "OPeN"}})));
  EXPECT_FALSE(read<Recipe>(g).adds_noise());
}

TEST(NoiseImages, CannotBeMixedOrTranslatedOrAddedToASecondStage) {
  EXPECT_TRUE(testing::says(refusal({{"method", "OPeN"}, {"recipe.mixing", "cutmix"}}),
                            {"recipe.noise_images = 'open'", "recipe.mixing = 'cutmix'", "'none'"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "M2m"}, {"recipe.noise_images", "open"}}),
                            {"recipe.noise_images = 'open'", "recipe.translate = 'm2m'", "'none'"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "cRT"}, {"recipe.noise_images", "open"}}),
                            {"recipe.noise_images = 'open'", "second stage"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "ERM"}, {"recipe.noise_images", "open"}}),
                            {"recipe.noise_images = 'open'", "recipe.rebalance is 'never'"}));
  EXPECT_NO_THROW(resolve(Config(Json{{"method", "cRT"}, {"recipe.start", "OPeN"}})));
  EXPECT_NO_THROW(
      resolve(Config(Json{{"method", "LDAM"}, {"recipe.rebalance", "at-once"}, {"recipe.noise_images", "open"}})));
}

TEST(OpenDelta, IsAShare) {
  EXPECT_NO_THROW(parse_value(row_of("open.delta"), "1"));
  EXPECT_THROW(parse_value(row_of("open.delta"), "1.5"), Error);
  EXPECT_THROW(parse_value(row_of("open.delta"), "-0.1"), Error);
}

}  // namespace
}  // namespace m2m::settings
