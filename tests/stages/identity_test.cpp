#include <gtest/gtest.h>

#include "settings/resolve.hpp"
#include "stages/planner.hpp"
#include "support/tiny_data.hpp"

namespace m2m::stages {
namespace {

Json identity(const Json& given) {
  const auto data = testing::tiny_data({10, 5});
  return trial_identity(testing::tiny_config(given), *data, {}, 1);
}

TEST(TrialIdentity, ChangesWithEverySettingThatActs) {
  const Json base = {{"method", "M2m"}};
  const Json changes = {{"m2m.lambda", 0.1},      {"m2m.beta", 0.5},        {"seeds.plan", 9},
                        {"seeds.init", 9},        {"train.lr", 0.2},        {"train.precision", "float64"},
                        {"train.defer_until", 2}, {"m2m.seed_by", "class"}, {"train.epochs", 7}};
  for (const auto& [name, value] : changes.items()) {
    Json changed = base;
    changed[name] = value;
    EXPECT_NE(identity(base), identity(changed)) << name;
  }
}

TEST(TrialIdentity, DoesNotChangeWithWhatDoesNotAct) {
  const Json erm = {{"method", "ERM"}};
  const Json changes = {{"m2m.lambda", 0.1},      {"seeds.plan", 9},       {"seeds.g", 9},
                        {"train.defer_until", 2}, {"train.threads", 2},    {"data.root", "/elsewhere"},
                        {"seeds.subset", 9},      {"train.test_every", 3}, {"protocol", "paper"}};
  for (const auto& [name, value] : changes.items()) {
    Json changed = erm;
    changed[name] = value;
    EXPECT_EQ(identity(erm), identity(changed)) << name;
  }
}

TEST(TrialIdentity, KnowsARecipeByItsPartsAndTheSettingsOfThoseAlone) {
  const auto with = [](const char* method, const char* name, const Json& value) {
    return identity({{"method", method}, {name, value}});
  };
  EXPECT_NE(with("M2m", "recipe.loss", "focal"), identity({{"method", "M2m"}}));
  EXPECT_NE(with("Focal", "focal.gamma", 2.0), identity({{"method", "Focal"}}));
  EXPECT_EQ(with("ERM", "focal.gamma", 2.0), identity({{"method", "ERM"}}));
  EXPECT_NE(with("DRW", "weights.beta", 0.9), identity({{"method", "DRW"}}));
  EXPECT_EQ(with("RW", "weights.beta", 0.9), identity({{"method", "RW"}}));
  EXPECT_NE(with("mixup", "seeds.plan", 9), identity({{"method", "mixup"}}));
  EXPECT_EQ(with("LDAM", "seeds.plan", 9), identity({{"method", "LDAM"}}));
  EXPECT_NE(with("GCL", "seeds.plan", 9), identity({{"method", "GCL"}}));
  EXPECT_EQ(with("LA", "vs.gamma", 0.5), identity({{"method", "LA"}}));
  EXPECT_EQ(with("mixup", "unimix.tau", -1.0), identity({{"method", "mixup"}}));
  EXPECT_EQ(with("ERM", "second.epochs", 3), identity({{"method", "ERM"}}));
  EXPECT_NE(with("cRT", "second.epochs", 3), identity({{"method", "cRT"}}));
  EXPECT_NE(with("LA-post-hoc", "post_hoc.tau", 0.5), identity({{"method", "LA-post-hoc"}}));
}

TEST(TrialIdentity, LacksALaterSettingAtItsDefault) {
  EXPECT_EQ(identity({{"method", "LDAM"}}).dump().find("ldam.power"), std::string::npos);
  EXPECT_NE(identity({{"method", "LDAM"}, {"ldam.power", -0.5}}).dump().find("ldam.power"), std::string::npos);
}

TEST(TrialIdentity, KnowsACheckpointByItsContentAndNotItsPath) {
  const auto data = testing::tiny_data({10, 5});
  const Config here = testing::tiny_config({{"train.start_from", "a"}, {"train.start_epoch", 1}});
  const Config there = testing::tiny_config({{"train.start_from", "b"}, {"train.start_epoch", 1}});
  EXPECT_EQ(trial_identity(here, *data, {.start_sha256 = "11"}, 1),
            trial_identity(there, *data, {.start_sha256 = "11"}, 1));
  EXPECT_NE(trial_identity(here, *data, {.start_sha256 = "11"}, 1),
            trial_identity(here, *data, {.start_sha256 = "22"}, 1));
}

TEST(TrialIdentity, NamesTheRanksOfATrialOnlyWhereBatchNormIsLocal) {
  const auto data = testing::tiny_data({10, 5});
  const auto of = [&](const char* batch_norm, int ranks) {
    return trial_identity(testing::tiny_config({{"train.batch_norm", batch_norm}}), *data, {}, ranks);
  };
  EXPECT_EQ(of("sync", 1), of("sync", 4));
  EXPECT_EQ(of("sync", 1), of("local", 1));
  EXPECT_NE(of("local", 2), of("local", 4));
  EXPECT_NE(of("local", 2), of("sync", 2));
}

TEST(GIdentity, IsSharedByEveryVariantOfASeedAndNotBySeeds) {
  const auto data = testing::tiny_data({10, 5});
  const auto g = [&](const Json& given) {
    return g_identity(settings::g_config(testing::tiny_config(given)), *data, 1);
  };
  const Json base = {{"method", "M2m"}, {"seed", 1}};
  EXPECT_EQ(g(base),
            g({{"method", "M2m"}, {"seed", 1}, {"m2m.lambda", 0.1}, {"m2m.gamma", 0.5}, {"seeds.init", 7}}));
  EXPECT_NE(g(base), g({{"method", "M2m"}, {"seed", 2}}));
}

TEST(GIdentity, ChangesWithHowGIsTrained) {
  const auto data = testing::tiny_data({10, 5});
  const auto g = [&](Json given) {
    given["method"] = "M2m";
    return g_identity(settings::g_config(testing::tiny_config(given)), *data, 1)["settings"];
  };
  const Json plain = g({});
  EXPECT_EQ(g({{"m2m.g_stop", 2}})["train.epochs"], 2);
  EXPECT_EQ(g({{"m2m.g_stop", 2}})["train.lr_drops"], plain["train.lr_drops"]);
  EXPECT_EQ(g({{"m2m.g_network", "mlp"}})["train.network"], "mlp");
  EXPECT_EQ(g({{"m2m.g_precision", "bf16"}})["train.precision"], "bf16");
  EXPECT_EQ(g({{"m2m.g_method", "RS"}})["recipe.sampling"], "class-balanced");
  EXPECT_EQ(g({{"m2m.g_data", "balanced"}})["data.imbalance"], "none");
  for (const auto& [name, value] : plain.items()) EXPECT_FALSE(name.starts_with("m2m.")) << name << value;
}

}  // namespace
}  // namespace m2m::stages
