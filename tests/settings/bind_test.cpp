#include "settings/bind.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

TEST(Members, HaveTheNamesOfTheirRows) {
  EXPECT_EQ(name_of(&M2mSettings::beta), "m2m.beta");
  EXPECT_EQ(name_of(&M2mSettings::lambda), "m2m.lambda");  // another double
  EXPECT_EQ(name_of(&M2mSettings::g_precision), "m2m.g_precision");
  EXPECT_EQ(name_of(&Seeds::seed), "seed");
  EXPECT_THROW(name_of(&MixSettings::kind), Error);  // a row of Recipe
}

TEST(Members, GiveTheirValueOfAConfigThatLacksOthers) {
  const Config config(Json{{"train.precision", "bf16"}, {"train.lr_drops", {3.0, 4.0}}, {"m2m.noise", 0.25}});
  EXPECT_EQ(value_of(config, &TrainSettings::precision), Precision::bf16);
  EXPECT_EQ(find_value(config, &TrainSettings::lr_drops), (std::vector<double>{3, 4}));
  EXPECT_EQ(value_of(config, &M2mSettings::noise), std::optional<double>(0.25));
  EXPECT_EQ(find_value(config, &TrainSettings::threads), std::nullopt);
  EXPECT_THROW(value_of(config, &TrainSettings::threads), Error);
}

TEST(Members, AreComparedWithAValueAndWordsOfOtherProgramsAreOtherValues) {
  const Config config(Json{{"train.precision", "fp8"}, {"train.deterministic", true}});
  EXPECT_TRUE(has_value(config, &TrainSettings::deterministic, true));
  EXPECT_FALSE(has_value(config, &TrainSettings::deterministic, false));
  EXPECT_FALSE(has_value(config, &TrainSettings::precision, Precision::float32));
  EXPECT_FALSE(has_value(config, &TrainSettings::device, Device::automatic));  // which is its default
}

TEST(Members, AreSetAsAStudyWouldSetThem) {
  Config config;
  set_value(config, &TrainSettings::precision, Precision::bf16);
  set_value(config, &TrainSettings::threads, 2);
  set_value(config, &M2mSettings::gamma, 0);
  set_value(config, &TrainSettings::start_from, "f.t7");
  EXPECT_EQ(
      config.json(),
      Json({{"train.precision", "bf16"}, {"train.threads", 2}, {"m2m.gamma", 0.0}, {"train.start_from", "f.t7"}}));
  EXPECT_TRUE(config.json().at("m2m.gamma").is_number_float());
}

}  // namespace
}  // namespace m2m::settings
