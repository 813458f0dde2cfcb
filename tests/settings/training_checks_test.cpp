// Settings of width, schedule, optimiser and labels: where they act, and what is refused.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/loss_settings.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

Json acting(const Json& given) { return acting_settings(resolve(Config(given))); }

std::string refusal(const Json& given) {
  return testing::complaint([&] { resolve(Config(given)); }, ExitCode::usage);
}

const Json changes = {{"train.width", 64},
                      {"train.schedule", "cosine"},
                      {"train.nesterov", true},
                      {"train.clip_norm", 2.0},
                      {"train.label_smoothing", 0.1}};

TEST(TrainingSettings, AreSilentAtTheirDefaultAndPartOfIdsOtherwise) {
  const Json erm = {{"method", "ERM"}};
  for (const auto& [name, value] : changes.items()) {
    EXPECT_FALSE(acting(erm).contains(name)) << name;
    Json given = erm;
    given[name] = value;
    EXPECT_EQ(acting(given).at(name), value);
    given[name] = row_of(name).default_value;
    EXPECT_EQ(acting(given), acting(erm)) << name;
  }
}

TEST(TrainingSettings, ReachTheTrainingOfG) {
  Json given = changes;
  given["method"] = "M2m";
  const Json g = acting_settings_of_g(g_config(resolve(Config(given))));
  for (const auto& [name, value] : changes.items()) EXPECT_EQ(g.at(name), value) << name;
}

TEST(TrainWidth, ActsForResNetsOfThreeStagesAlone) {
  EXPECT_EQ(acting({{"method", "ERM"}, {"train.network", "resnet8"}, {"train.width", 32}}).at("train.width"), 32);
  const Json g = acting_settings_of_g(
      g_config(resolve(Config(Json{{"method", "M2m"}, {"train.width", 32}, {"m2m.g_network", "mlp"}}))));
  EXPECT_FALSE(g.contains("train.width"));
  for (const std::string& name : scalable_network_names()) EXPECT_TRUE(find_network(name).takes_width);
  EXPECT_EQ(scalable_network_names().size(), 5U);
}

TEST(TrainSchedule, ByACosineLeavesTheDropsOut) {
  const Json cosine = acting({{"method", "ERM"}, {"train.schedule", "cosine"}, {"train.lr_drops", {100}}});
  EXPECT_EQ(cosine, acting({{"method", "ERM"}, {"train.schedule", "cosine"}, {"train.lr_drop_factor", 0.5}}));
  EXPECT_TRUE(cosine.contains("train.warmup"));
}

TEST(TrainSchedule, ByACosineGivesPrefixesTheirLength) {
  const auto of_prefix = [](const Json& more) {
    Json given = {{"method", "DRS"}, {"train.schedule", "cosine"}, {"train.defer_until", 100}, {"train.warmup", 5}};
    given.update(more);
    return acting_settings_of_prefix(resolve(Config(given)), /*until=*/100);
  };
  EXPECT_EQ(of_prefix(Json::object()).at("train.epochs"), 200);
  EXPECT_NE(of_prefix(Json::object()), of_prefix({{"train.epochs", 150}}));
  EXPECT_EQ(of_prefix(Json::object()), of_prefix({{"train.lr_drops", {50}}}));
  EXPECT_EQ(of_prefix({{"train.schedule", "steps"}}),
            of_prefix({{"train.schedule", "steps"}, {"train.epochs", 150}}));
}

TEST(TrainingChecks, RefuseAWidthThatTheNetworkDoesNotTake) {
  for (const char* network : {"mlp", "preact18", "resnet18", "resnet34", "resnet50"}) {
    const Json given = {{"method", "ERM"}, {"train.network", network}, {"train.width", 64}};
    EXPECT_TRUE(testing::says(refusal(given), {"train.width = 64", network, "train.width = 16"})) << network;
  }
  EXPECT_TRUE(testing::says(refusal({{"method", "ERM"}, {"train.width", 40}}),
                            {"train.width = 40", "train.width = 32", "train.width = 48"}));
  EXPECT_THROW(parse_value(row_of("train.width"), "8"), Error);
}

TEST(TrainingChecks, RefuseNesterovWithoutMomentum) {
  EXPECT_TRUE(testing::says(refusal({{"method", "ERM"}, {"train.nesterov", true}, {"train.momentum", 0}}),
                            {"train.nesterov = true", "train.momentum"}));
}

TEST(TrainingChecks, RefuseSmoothedLabelsOfOtherLosses) {
  for (const char* method : {"Focal", "LDAM", "MiSLAS"}) {
    EXPECT_TRUE(testing::says(refusal({{"method", method}, {"train.label_smoothing", 0.1}}),
                              {"train.label_smoothing = 0.1", "train.label_smoothing = 0"}))
        << method;
  }
  for (const char* method : {"ERM", "LA", "mixup-DRW", "M2m", "cRT"})
    EXPECT_EQ(refusal({{"method", method}, {"train.label_smoothing", 0.1}}), "") << method;
  EXPECT_TRUE(testing::says(refusal({{"method", "MiSLAS"}, {"second.label_smoothing", 0.5}}),
                            {"second.label_smoothing = 0.5", "second.label_smoothing = 0"}));
  EXPECT_EQ(refusal({{"method", "MiSLAS"}, {"train.label_smoothing", 0.1}, {"second.label_smoothing", 0.0}}), "");
  EXPECT_EQ(refusal({{"method", "LOS"}}), "");
}

TEST(TrainingChecks, RefuseSmoothedLabelsOfAGWithAnotherLoss) {
  const Json given = {{"method", "M2m"}, {"m2m.g_method", "Focal"}, {"train.label_smoothing", 0.1}};
  EXPECT_TRUE(testing::says(refusal(given), {"train.label_smoothing = 0.1", "'focal'", "m2m.g_method = 'ERM'"}));
  EXPECT_EQ(refusal({{"method", "M2m"}, {"m2m.g_method", "LA"}, {"train.label_smoothing", 0.1}}), "");
}

TEST(TrainingChecks, RefuseACmoThatWouldNeverMix) {
  EXPECT_TRUE(testing::says(refusal({{"method", "CMO"}, {"train.epochs", 5}, {"cmo.from", 5}}),
                            {"cmo.from = 5", "train.epochs = 5"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "CMO"}, {"cmo.from", 9}, {"cmo.until", 9}}),
                            {"cmo.from = 9", "cmo.until = 9", "at least 10"}));
  EXPECT_TRUE(
      testing::says(refusal({{"method", "cRT"}, {"recipe.start", "CMO"}, {"cmo.from", 200}}), {"cmo.from = 200"}));
  EXPECT_EQ(refusal({{"method", "ERM"}, {"cmo.from", 9}, {"cmo.until", 9}}), "");
  EXPECT_TRUE(testing::says(refusal({{"method", "cRT"}, {"recipe.mixing", "cmo"}, {"cmo.from", 10}}),
                            {"cmo.from = 10", "second.epochs = 10", "at least 11"}));
}

TEST(TrainingChecks, RefuseAGThatStopsWithinACosine) {
  const Json given = {{"method", "M2m"}, {"train.schedule", "cosine"}, {"m2m.g_stop", 100}};
  EXPECT_TRUE(testing::says(refusal(given), {"m2m.g_stop = 100", "m2m.g_stop = 200"}));
  EXPECT_EQ(refusal({{"method", "M2m"}, {"train.schedule", "cosine"}, {"m2m.g_stop", 200}}), "");
}

TEST(Sharpness, ActsWithTheSettingsOfItsKind) {
  const Json erm = acting({{"method", "ERM"}});
  for (const char* name : {"train.sharpness", "sam.rho", "asam.eta", "imbsam.tail_below"})
    EXPECT_FALSE(erm.contains(name)) << name;
  EXPECT_EQ(acting({{"method", "ERM"}, {"sam.rho", 0.1}}), erm);
  const Json sam = acting({{"method", "ERM"}, {"train.sharpness", "sam"}});
  EXPECT_EQ(sam.at("sam.rho"), 0.05);
  EXPECT_FALSE(sam.contains("asam.eta") || sam.contains("imbsam.tail_below"));
  const Json asam = acting({{"method", "ERM"}, {"train.sharpness", "asam"}});
  EXPECT_EQ(asam.at("sam.rho"), 0.5);
  EXPECT_EQ(asam.at("asam.eta"), 0.01);
  const Json imbsam = acting({{"method", "ERM"}, {"train.sharpness", "imbsam"}});
  EXPECT_EQ(imbsam.at("sam.rho"), 0.05);
  EXPECT_EQ(imbsam.at("imbsam.tail_below"), 20);
}

TEST(ChangedLaterSettings, AreThoseOffTheirDefaultThatAct) {
  EXPECT_EQ(changed_later_settings(resolve(Config(Json{{"method", "ERM"}}))), Json::object());
  EXPECT_EQ(changed_later_settings(Config(Json{{"train.epochs", 200}})), Json::object());
  Json given = changes;
  EXPECT_EQ(changed_later_settings(resolve(Config(Json{{"method", "ERM"}, {"train.width", 32}}))),
            Json({{"train.width", 32}}));
  EXPECT_EQ(changed_later_settings(Config(Json{{"train.network", "mlp"}, {"train.width", 32}})), Json::object());
  given["method"] = "ERM";
  EXPECT_EQ(changed_later_settings(resolve(Config(given))), changes);
}

TEST(LossOverTheBatch, ActsWithItsSettingsForLadeAlone) {
  EXPECT_EQ(acting({{"method", "LADE"}}).at("lade.alpha"), 0.1);
  EXPECT_EQ(acting({{"method", "LADE"}, {"lade.lambda", 0.5}}).at("lade.lambda"), 0.5);
  EXPECT_EQ(acting({{"method", "LA"}, {"lade.alpha", 0.5}}), acting({{"method", "LA"}}));
}

TEST(LossOverTheBatch, IsRefusedIfLabelsAreShared) {
  for (const char* mixing : {"mixup", "cutmix", "cmo"}) {
    EXPECT_TRUE(testing::says(refusal({{"method", "LADE"}, {"recipe.mixing", mixing}}),
                              {mixing, "recipe.loss = 'lade'", "recipe.mixing = 'none'"}));
  }
  EXPECT_EQ(refusal({{"method", "H2T"}, {"recipe.loss", "lade"}}), "");
}

TEST(LossOverTheBatch, IsRefusedIfTheOptimiserTakesSomeSamplesAlone) {
  for (const Json& given : {Json{{"method", "LADE"}}, Json{{"method", "M2m"}, {"m2m.g_method", "LADE"}},
                            Json{{"method", "tau-norm"}, {"recipe.start", "LADE"}},
                            Json{{"method", "cRT"}, {"recipe.start", "M2m"}, {"m2m.g_method", "LADE"}}}) {
    Json with_imbsam = given, with_sam = given;
    with_imbsam["train.sharpness"] = "imbsam";
    with_sam["train.sharpness"] = "sam";
    EXPECT_TRUE(testing::says(refusal(with_imbsam), {"train.sharpness = 'imbsam'", "'lade'"})) << given;
    EXPECT_EQ(refusal(with_sam), "") << given;
  }
}

TEST(LossOverTheBatch, IsRefusedWithExpertsAndSmoothedLabels) {
  EXPECT_TRUE(
      testing::says(refusal({{"method", "LADE"}, {"recipe.experts", "sade"}}), {"recipe.experts = 'sade'"}));
  EXPECT_TRUE(testing::says(refusal({{"method", "LADE"}, {"train.label_smoothing", 0.1}}),
                            {"train.label_smoothing = 0.1", "'lade'"}));
}

TEST(SmoothingForm, IsSilentAtItsDefaultAndActsInItsLossAlone) {
  const Json mislas = {{"method", "MiSLAS"}};
  EXPECT_FALSE(acting(mislas).contains("smoothing.form"));
  EXPECT_EQ(acting({{"method", "MiSLAS"}, {"smoothing.form", "concave"}}), acting(mislas));
  EXPECT_EQ(acting({{"method", "MiSLAS"}, {"smoothing.form", "linear"}}).at("smoothing.form"), "linear");
  EXPECT_EQ(acting({{"method", "ERM"}, {"smoothing.form", "linear"}}), acting({{"method", "ERM"}}));
}

}  // namespace
}  // namespace m2m::settings
