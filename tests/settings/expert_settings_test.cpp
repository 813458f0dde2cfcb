// Experts: where their settings act, and what is refused.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/loss_settings.hpp"
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

TEST(Experts, AreSilentInTrialsWithoutThem) {
  EXPECT_FALSE(acting({{"method", "ERM"}}).contains("recipe.experts"));
  EXPECT_EQ(acting({{"method", "SADE"}}).at("recipe.experts"), "sade");
  EXPECT_EQ(acting({{"method", "SADE"}, {"sade.tau", 1.0}}).at("sade.tau"), 1.0);
  EXPECT_EQ(acting({{"method", "ERM"}, {"sade.tau", 1.0}}), acting({{"method", "ERM"}}));
  EXPECT_EQ(acting({{"method", "SADE"}, {"experts.taus", {0, 1}}}), acting({{"method", "SADE"}}));
}

TEST(Experts, AreAsManyAsTheirLosses) {
  EXPECT_EQ(count_experts(Experts::none, {}), 1);
  EXPECT_EQ(count_experts(Experts::sade, {}), 3);
  EXPECT_EQ(count_experts(Experts::logit_adjusted, {.taus = {0, 0.5, 1, 2}}), 4);
}

TEST(Experts, AreNotThoseOfAG) {
  const Config g = g_config(resolve(Config(Json{{"method", "M2m"}, {"recipe.experts", "sade"}})));
  EXPECT_EQ(value_of(g, &Recipe::experts), Experts::none);
}

TEST(Experts, NeedANetworkWithAStageForEach) {
  EXPECT_TRUE(testing::says(refusal({{"method", "SADE"}, {"train.network", "mlp"}}),
                            {"recipe.experts = 'sade'", "train.network = 'mlp'", "resnet32"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "SADE"}, {"train.executor", "fused"}}),
                            {"recipe.experts", "train.executor = 'fused'", "'auto'"}));
}

TEST(Experts, NeedCrossEntropiesOfLogits) {
  EXPECT_TRUE(testing::says(refusal({{"method", "SADE"}, {"recipe.loss", "focal"}}),
                            {"recipe.experts = 'sade'", "cross-entropy"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "LDAM"}, {"recipe.experts", "sade"}}), {"recipe.head = 'linear'"}));
}

TEST(Experts, AreTwoToSixteen) {
  EXPECT_TRUE(testing::says(refusal({{"method", "BalPoE"}, {"experts.taus", {1}}}), {"experts.taus has 1", "16"}));
  EXPECT_NO_THROW(resolve(Config(Json{{"method", "BalPoE"}, {"experts.taus", {0, 1}}})));
}

TEST(Experts, OfABaseAreCheckedToo) {
  EXPECT_TRUE(
      testing::says(refusal({{"method", "LA-post-hoc"}, {"recipe.start", "SADE"}, {"train.network", "preact18"}}),
                    {"recipe.experts = 'sade'", "preact18"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "ERM-TS"}, {"recipe.start", "BalPoE"}, {"experts.taus", {1}}}),
                            {"experts.taus has 1"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "LA-post-hoc"}, {"train.width", 24}}), {"train.width = 24"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "M2m"}, {"m2m.g_method", "SADE"}, {"m2m.g_network", "preact18"}}),
                            {"recipe.experts = 'sade'"}));
}

TEST(Experts, AreNoBaseOfAMethodThatChangesOneHead) {
  for (const char* method : {"cRT", "LWS", "tau-norm"}) {
    EXPECT_TRUE(
        testing::says(refusal({{"method", method}, {"recipe.start", "SADE"}}), {"recipe.start = 'SADE'", "ERM"}))
        << method;
  }
  EXPECT_NO_THROW(resolve(Config(Json{{"method", "LA-post-hoc"}, {"recipe.start", "SADE"}})));
  EXPECT_TRUE(testing::says(refusal({{"method", "cRT"}, {"recipe.experts", "sade"}}), {"recipe.experts = 'none'"}));
}

}  // namespace
}  // namespace m2m::settings
