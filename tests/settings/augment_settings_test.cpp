#include "settings/augment_settings.hpp"

#include <gtest/gtest.h>

#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

Json acting(Json given) {
  given.emplace("method", "M2m");
  return acting_settings(resolve(Config(given)));
}

TEST(AugmentSettings, AreNoPartOfAnIdAtTheirDefaults) {
  const Json plain = acting({});
  for (const Row<AugmentSettings>& row : rows<AugmentSettings>()) {
    EXPECT_FALSE(plain.contains(row.setting().name));
    EXPECT_EQ(acting({{row.setting().name, row.setting().default_value}}), plain);
  }
  EXPECT_FALSE(read<AugmentSettings>(resolve(Config(Json{{"method", "ERM"}}))).transforms());
}

TEST(AugmentSettings, ArePartOfAnIdIfTheyAct) {
  EXPECT_EQ(acting({{"augment.policy", "autoaugment"}}).at("augment.policy"), "autoaugment");
  EXPECT_EQ(acting({{"augment.cutout", 16}}).at("augment.cutout"), 16);
  EXPECT_EQ(acting({{"augment.erasing", 0.5}}).at("augment.erasing"), 0.5);
  const Json count = {{"augment.randaugment_count", 3}}, area = {{"augment.erasing_max_area", 0.2}};
  const auto with = [](Json given, const char* name, const Json& value) {
    given[name] = value;
    return acting(given);
  };
  EXPECT_EQ(with(count, "augment.policy", "randaugment").at("augment.randaugment_count"), 3);
  EXPECT_EQ(with(count, "augment.policy", "autoaugment"), acting({{"augment.policy", "autoaugment"}}));
  const Json draws = {{"augment.curriculum_draws", 5}};
  EXPECT_EQ(with(draws, "augment.policy", "curriculum").at("augment.curriculum_draws"), 5);
  EXPECT_EQ(with(draws, "augment.policy", "randaugment"), acting({{"augment.policy", "randaugment"}}));
  EXPECT_EQ(with(area, "augment.erasing", 0.5).at("augment.erasing_max_area"), 0.2);
  EXPECT_EQ(acting(area), acting({}));
}

TEST(AugmentSettings, ActInTheTrainingOfGAsInThatOfF) {
  const Json strong = {{"method", "M2m"}, {"augment.policy", "randaugment"}, {"augment.cutout", 8}};
  const Json of_g = acting_settings_of_g(g_config(resolve(Config(strong))));
  EXPECT_EQ(of_g.at("augment.policy"), "randaugment");
  EXPECT_EQ(of_g.at("augment.cutout"), 8);
}

TEST(AugmentSettings, ActInAPrefixAndNotInAPostHocMethod) {
  const Json strong = {{"method", "DRW"}, {"augment.policy", "autoaugment"}};
  EXPECT_EQ(acting_settings_of_prefix(resolve(Config(strong)), 160).at("augment.policy"), "autoaugment");
  const Json post_hoc = {{"method", "LA-post-hoc"}, {"augment.policy", "autoaugment"}};
  EXPECT_FALSE(acting_settings(resolve(Config(post_hoc))).contains("augment.policy"));
}

TEST(AugmentSettings, AreRefusedIfTheSmallestAreaIsAboveTheLargest) {
  Json given = {{"method", "ERM"}, {"augment.erasing", 0.5}, {"augment.erasing_min_area", 0.5}};
  const std::string refusal = testing::complaint([&] { resolve(Config(given)); }, ExitCode::usage);
  EXPECT_TRUE(testing::says(refusal, {"augment.erasing_min_area = 0.5", "augment.erasing_max_area = 0.4"}))
      << refusal;
  given["augment.erasing"] = 0;
  EXPECT_NO_THROW(resolve(Config(given)));
}

TEST(AugmentSettings, HaveBounds) {
  EXPECT_NO_THROW(parse_value(row_of("augment.randaugment_magnitude"), "30"));
  EXPECT_THROW(parse_value(row_of("augment.randaugment_magnitude"), "31"), Error);
  EXPECT_THROW(parse_value(row_of("augment.randaugment_count"), "5"), Error);
  EXPECT_THROW(parse_value(row_of("augment.policy"), "svhn"), Error);
  EXPECT_THROW(parse_value(row_of("augment.erasing"), "1.5"), Error);
  EXPECT_THROW(parse_value(row_of("augment.curriculum_accuracy"), "1.5"), Error);
  EXPECT_THROW(parse_value(row_of("augment.curriculum_probability"), "-0.1"), Error);
  EXPECT_THROW(parse_value(row_of("augment.curriculum_draws"), "0"), Error);
}

}  // namespace
}  // namespace m2m::settings
