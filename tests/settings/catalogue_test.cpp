#include <gtest/gtest.h>

#include <set>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"

namespace m2m::settings {
namespace {

Config recipe_config(const std::string& method, const Json& given = Json::object()) {
  Config config(given);
  config.set("method", method);
  return with_defaults(with_recipe(config), all_settings());
}

TEST(Registry, NamesEachMethodOnceWithASentenceAndASource) {
  std::set<std::string> names;
  for (const Method& method : catalogue()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    EXPECT_FALSE(method.about.empty());
    EXPECT_FALSE(method.source.empty());
    EXPECT_NO_THROW(check_recipe(recipe_config(method.name))) << method.name;
    EXPECT_NE(describe_method(method.name).find(method.about), std::string::npos);
    for (const auto& [name, value] : method.sets.items()) {
      EXPECT_NE(find_setting(all_settings(), name), nullptr) << method.name << " sets " << name;
    }
  }
}

TEST(Registry, RefusesAnUnknownMethodAndListsTheKnown) {
  try {
    find_method("M3m");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("ERM, RS, DRS, SMOTE"), std::string::npos);
  }
}

TEST(Registry, GivesEachMethodItsOwnRecipe) {
  const Recipe ldam_drw = read<Recipe>(recipe_config("LDAM-DRW"));
  EXPECT_EQ(ldam_drw.loss, Loss::ldam);
  EXPECT_EQ(ldam_drw.head, HeadKind::cosine);
  EXPECT_EQ(ldam_drw.class_weights, ClassWeights::effective);
  EXPECT_EQ(read<Recipe>(recipe_config("SMOTE")).sampling, Sampling::smote);
  EXPECT_EQ(read<Recipe>(recipe_config("RW")).class_weights, ClassWeights::inverse);
  EXPECT_EQ(read<Recipe>(recipe_config("MiSLAS")).start, "mixup");
  EXPECT_EQ(read<Recipe>(recipe_config("MAMix-DRW")).mixing, Mixing::mamix);
  EXPECT_EQ(read<Recipe>(recipe_config("CB-Focal")).class_weights, ClassWeights::effective);
  EXPECT_EQ(read<Recipe>(recipe_config("CDT")).loss, Loss::vector_scaling);
  EXPECT_EQ(recipe_config("CDT").number("vs.tau"), 0);
  EXPECT_EQ(recipe_config("VS").number("vs.tau"), 1);
  EXPECT_EQ(recipe_config("PC-Softmax").number("post_hoc.tau"), 1);
  EXPECT_EQ(read<Recipe>(recipe_config("LADE")).loss, Loss::lade);
  EXPECT_EQ(read<Recipe>(recipe_config("H2T")).start, "mixup");
  EXPECT_EQ(read<Recipe>(recipe_config("H2T")).mixing, Mixing::head_to_tail);
  EXPECT_EQ(read<Recipe>(recipe_config("cRT")).train, Trainable::head);
  EXPECT_EQ(recipe_config("LWS").integer("second.epochs"), 5);
  EXPECT_EQ(recipe_config("cRT").integer("second.epochs"), 10);
}

TEST(Registry, LetsAStudyChangeAnyPartOfARecipe) {
  const Recipe mixed = read<Recipe>(recipe_config("M2m", {{"recipe.loss", "logit-adjusted"}}));
  EXPECT_EQ(mixed.loss, Loss::logit_adjusted);
  EXPECT_TRUE(mixed.translates());
  // A loss on cosines brings its head along.
  EXPECT_EQ(read<Recipe>(recipe_config("DRS", {{"recipe.loss", "ldam"}})).head, HeadKind::cosine);
}

TEST(Registry, PutsAnotherMethodsRecipeInThePlaceOfTheOldOne) {
  const Recipe erm = read<Recipe>(with_method(recipe_config("M2m-LDAM"), "ERM"));
  EXPECT_EQ(erm.loss, Loss::cross_entropy);
  EXPECT_EQ(erm.head, HeadKind::linear);
  EXPECT_EQ(erm.rebalance, Rebalance::never);
  EXPECT_FALSE(erm.translates());
}

TEST(Registry, TakesOverWhatAnotherMethodSetsBesideItsRecipe) {
  EXPECT_EQ(with_method(recipe_config("cRT"), "M2m-Clean").text("m2m.image"), "clean");
  EXPECT_EQ(with_method(recipe_config("M2m-Clean"), "M2m-Rand").text("m2m.image"), "translated");
  EXPECT_EQ(with_method(recipe_config("M2m-Clean"), "M2m-Rand").text("m2m.label"), "random");
  EXPECT_EQ(with_method(recipe_config("LWS"), "cRT").integer("second.epochs"), 10);
}

TEST(Registry, KeepsTheSettingsOfTheTwoStagesOfWeightBalancingApart) {
  const Config balanced = resolve(Config(Json{{"method", "WB"}}));
  EXPECT_EQ(balanced.number("second.weight_decay"), 0.1);
  EXPECT_EQ(balanced.number("train.weight_decay"), 2e-4);
  const Config base = with_method(balanced, "WD");
  EXPECT_EQ(base.number("train.weight_decay"), 5e-3);
  EXPECT_EQ(base.number("train.lr"), 0.01);
  EXPECT_FALSE(base.has("second.weight_decay"));
  EXPECT_EQ(acting_settings(base), acting_settings(resolve(Config(Json{{"method", "WD"}}))));
}

TEST(Registry, LeavesWhatAStudySaidToTheStudy) {
  const Config clean = recipe_config("cRT", {{"m2m.image", "clean-coin"}});
  EXPECT_EQ(with_method(clean, "M2m-Clean").text("m2m.image"), "clean-coin");
  EXPECT_EQ(with_method(clean, "M2m").text("m2m.image"), "clean-coin");
}

}  // namespace
}  // namespace m2m::settings
