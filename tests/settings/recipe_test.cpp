#include "settings/recipe.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

Config config_of(Json given) { return with_defaults(with_recipe(Config(std::move(given))), all_settings()); }

std::string refusal(const Json& given) {
  return testing::complaint([&] { check_recipe(config_of(given)); }, ExitCode::usage);
}

Phase phase(const char* method, int epoch) {
  return phase_at(read<Recipe>(config_of({{"method", method}})), epoch, 160);
}

TEST(PhaseAt, ChangesAtTheDeferralAndNotBefore) {
  EXPECT_EQ(phase("DRS", 159).sampling, Sampling::permutation);
  EXPECT_EQ(phase("DRS", 160).sampling, Sampling::class_balanced);
  EXPECT_EQ(phase("RS", 0).sampling, Sampling::class_balanced);
  EXPECT_EQ(phase("ERM", 199).sampling, Sampling::permutation);
  EXPECT_FALSE(phase("M2m", 159).translates);
  EXPECT_TRUE(phase("M2m", 160).translates);
  EXPECT_EQ(phase("DRW", 159).class_weights, ClassWeights::none);
  EXPECT_EQ(phase("DRW", 160).class_weights, ClassWeights::effective);
  EXPECT_EQ(phase("DRW", 160).sampling, Sampling::permutation);
}

TEST(CheckRecipe, RefusesWhatContradictsItself) {
  EXPECT_TRUE(testing::says(refusal({{"method", "ERM"}, {"recipe.class_weights", "inverse"}}),
                            {"recipe.class_weights = 'inverse'", "recipe.rebalance"}));
  EXPECT_TRUE(refusal({{"method", "ERM"}, {"recipe.rebalance", "deferred"}}).starts_with("recipe.rebalance"));
  EXPECT_TRUE(refusal({{"method", "LDAM"}, {"recipe.head", "linear"}}).starts_with("recipe.loss = 'ldam'"));
  EXPECT_TRUE(
      refusal({{"method", "GCL"}, {"recipe.head", "linear"}}).starts_with("recipe.loss = 'gaussian-clouded'"));
  EXPECT_TRUE(testing::says(refusal({{"method", "DRW"}, {"recipe.mixing", "head-to-tail"}}),
                            {"recipe.mixing = 'head-to-tail'", "recipe.train = 'base-head'"}));
  EXPECT_TRUE(refusal({{"method", "M2m"}, {"recipe.mixing", "mixup"}}).starts_with("recipe.mixing = 'mixup'"));
  EXPECT_TRUE(refusal({{"method", "ERM"}, {"recipe.start", "ERM"}}).starts_with("recipe.start = 'ERM'"));
  EXPECT_TRUE(refusal({{"method", "ERM"}, {"recipe.train", "head"}}).starts_with("recipe.start: "));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.post_hoc", "logit-adjustment"}}).starts_with("recipe.post_hoc"));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.rebalance", "deferred"}}).starts_with("recipe.rebalance"));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.translate", "m2m"}}).starts_with("recipe.translate"));
}

TEST(CheckRecipe, AcceptsAnyLossWithAnySamplerAndWeights) {
  for (const std::string loss : {"cross-entropy", "focal", "ldam", "logit-adjusted", "label-aware-smoothing",
                                 "vector-scaling", "gaussian-clouded", "lade"}) {
    for (const char* sampling : {"plain", "class-balanced", "smote"}) {
      for (const char* weights : {"none", "inverse", "effective"}) {
        if (sampling == std::string("plain") && weights == std::string("none")) continue;
        EXPECT_EQ(refusal({{"method", "ERM"},
                           {"recipe.loss", loss},
                           {"recipe.rebalance", "deferred"},
                           {"recipe.sampling", sampling},
                           {"recipe.class_weights", weights}}),
                  "");
      }
    }
  }
}

TEST(BeforeRebalancing, IsTheSameForMethodsOfOneLossHeadAndMixing) {
  const auto before = [](const char* method) {
    Config config = prefix_config(config_of({{"method", method}}));
    config.set("method", "any");
    return config;
  };
  EXPECT_EQ(before("ERM"), before("M2m"));
  EXPECT_EQ(before("ERM"), before("OPeN"));
  EXPECT_EQ(before("LDAM"), before("M2m-LDAM"));
  EXPECT_EQ(before("mixup"), before("mixup-DRW"));
  EXPECT_NE(before("ERM"), before("LDAM"));
  EXPECT_NE(before("ERM"), before("mixup"));
}

}  // namespace
}  // namespace m2m::settings
