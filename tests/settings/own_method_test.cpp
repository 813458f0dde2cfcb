// The example of docs/methods.md, "A method of your own": the catalogue of this program has the row of that page.
#include <gtest/gtest.h>

#include <algorithm>

#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"

namespace m2m::settings {
namespace {

constexpr const char* own_method = "mixup-RS";

/// The settings that act in a trial, without the name of its method.
Json acting_settings_of(const Json& given) {
  Json acting = acting_settings(resolve(Config(given)));
  acting.erase(name_of(&Recipe::method));
  return acting;
}

TEST(OwnMethod, TrainsAsAStudyThatCombinesTheSameChoices) {
  EXPECT_EQ(acting_settings_of({{"method", own_method}}),
            acting_settings_of(
                {{"method", "mixup"}, {"recipe.rebalance", "at-once"}, {"recipe.sampling", "class-balanced"}}));
}

TEST(OwnMethod, HasAnIdOfItsOwn) {
  EXPECT_EQ(acting_settings(resolve(Config(Json{{"method", own_method}}))).at("method"), own_method);
}

TEST(OwnMethod, IsOfferedAndDescribed) {
  const std::vector<std::string>& offered = row_of("method").choices;
  EXPECT_EQ(std::count(offered.begin(), offered.end(), own_method), 1);
  const std::string text = describe_method(own_method);
  EXPECT_TRUE(text.starts_with(find_method(own_method).name + ": " + find_method(own_method).about)) << text;
  EXPECT_NE(text.find("class-balanced sampling"), std::string::npos) << text;
}

}  // namespace
}  // namespace m2m::settings
