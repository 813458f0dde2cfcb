// What the how-to pages add is known to the program: a method, a choice, a setting and a data set. The tests that
// the pages show are linked to this program too.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "data/readers.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"

namespace m2m::settings {
namespace {

constexpr const char* combination = "mixup-RS";

/// The settings that act in a trial, without the name of its method.
Json acting_settings_of(const Json& given) {
  Json acting = acting_settings(resolve(Config(given)));
  acting.erase(name_of(&Recipe::method));
  return acting;
}

bool is_offered(const std::string& setting, const std::string& choice) {
  const std::vector<std::string>& offered = row_of(setting).choices;
  return std::count(offered.begin(), offered.end(), choice) == 1;
}

TEST(NewMethod, TrainsAsAStudyThatCombinesTheSameChoices) {
  EXPECT_EQ(acting_settings_of({{"method", combination}}),
            acting_settings_of(
                {{"method", "mixup"}, {"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}}));
}

TEST(NewMethod, HasAnIdOfItsOwn) {
  EXPECT_EQ(acting_settings(resolve(Config(Json{{"method", combination}}))).at("method"), combination);
}

TEST(NewMethod, IsOfferedAndDescribed) {
  for (const char* name : {combination, "Poly"}) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(is_offered("method", name));
    EXPECT_TRUE(describe_method(name).starts_with(name + (": " + find_method(name).about)));
  }
  EXPECT_NE(describe_method(combination).find("class-balanced sampling"), std::string::npos);
}

TEST(NewLoss, IsAChoiceThatAnyMethodCanTake) {
  EXPECT_TRUE(is_offered("recipe.loss", "poly"));
  EXPECT_EQ(acting_settings_of({{"method", "DRS"}, {"recipe.loss", "poly"}}).at("poly.epsilon"), 1.0);
}

TEST(NewDataSet, IsOfferedHasItsDefaultsAndAReader) {
  EXPECT_TRUE(is_offered("data.set", "pendigits"));
  EXPECT_EQ(with_data_set(Config(Json{{"data.set", "pendigits"}})).text("train.network"), "mlp");
  EXPECT_STREQ(data::find_reader("pendigits").name, "pendigits");
}

}  // namespace
}  // namespace m2m::settings
