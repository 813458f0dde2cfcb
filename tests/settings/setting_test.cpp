#include "settings/setting.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::settings {
namespace {

std::vector<Setting> some_settings() {
  return {
      {"m2m.beta", SettingType::number, .999, "", "Beta.", {}, 0, 1},
      {"m2m.lambda", SettingType::number, .5, "", "Lambda.", {}, 0},
      {"train.epochs", SettingType::integer, 200, "epochs", "Epochs.", {}, 1, 10'000},
      {"train.flip", SettingType::flag, true, "", "Flip."},
      {"train.lr_drops", SettingType::numbers, nullptr, "epochs", "Drops.", {}, 0},
      {"data.set", SettingType::text, "cifar10", "", "Data set.", {"cifar10", "digits"}},
  };
}

const Setting& named(const std::string& name) {
  static const std::vector<Setting> settings = some_settings();
  return *find_setting(settings, name);
}

/// The sentence of the error of parsing; "" if it succeeds.
std::string refusal_of(const std::string& name, const std::string& text) {
  return testing::complaint([&] { parse_value(named(name), text); }, ExitCode::usage);
}

TEST(Settings, AreFoundByName) {
  const auto settings = some_settings();
  EXPECT_EQ(find_setting(settings, "m2m.beta"), &settings[0]);
  EXPECT_EQ(find_setting(settings, "m2m.gamma"), nullptr);
}

TEST(Settings, SuggestTheNearestName) {
  const auto settings = some_settings();
  EXPECT_EQ(nearest_name(settings, "m2m.lamda"), "m2m.lambda");
  EXPECT_EQ(nearest_name(settings, "train.epoch"), "train.epochs");
  EXPECT_EQ(nearest_name(settings, "epochs"), "");
  EXPECT_EQ(nearest_name(settings, "xyz"), "");
}

TEST(Values, AreParsedAsTheirSettingSays) {
  EXPECT_EQ(parse_value(named("m2m.beta"), "1"), Json(1.0));
  EXPECT_TRUE(parse_value(named("m2m.beta"), "1").is_number_float());
  EXPECT_EQ(parse_value(named("m2m.beta"), "1e-3"), Json(.001));
  EXPECT_EQ(parse_value(named("train.epochs"), "40"), Json(40));
  EXPECT_EQ(parse_value(named("train.flip"), "false"), Json(false));
  EXPECT_EQ(parse_value(named("data.set"), "digits"), Json("digits"));
  EXPECT_EQ(parse_value(named("train.lr_drops"), "160,180"), Json({160.0, 180.0}));
}

TEST(Values, OfAnotherTypeAreRefused) {
  EXPECT_TRUE(testing::says(refusal_of("m2m.beta", "high"), {"m2m.beta = 'high'", "a number"}));
  EXPECT_TRUE(testing::says(refusal_of("train.epochs", "1.5"), {"train.epochs = '1.5'", "whole number"}));
  EXPECT_TRUE(testing::says(refusal_of("train.epochs", "99999999999999999999"),
                            {"train.epochs = '99999999999999999999'", "whole number"}));
  for (const std::string text : {"0-2", "[1", "1..6", "1:6"}) {
    EXPECT_TRUE(testing::says(refusal_of("train.epochs", text), {"'" + text + "'", "whole number", "0,1,2"}));
  }
  EXPECT_TRUE(testing::says(refusal_of("train.flip", "yes"), {"train.flip = 'yes'", "true or false"}));
  for (const char* text : {"", " ", "1 ", "0x1", "1,2"}) EXPECT_NE(refusal_of("m2m.beta", text), "") << text;
}

TEST(Values, OutOfBoundsAreRefused) {
  EXPECT_TRUE(testing::says(refusal_of("m2m.beta", "1.5"), {"m2m.beta = 1.5", "at least 0", "at most 1"}));
  EXPECT_TRUE(testing::says(refusal_of("m2m.lambda", "-1"), {"m2m.lambda = -1", "at least 0"}));
  EXPECT_EQ(refusal_of("m2m.beta", "0"), "");
  EXPECT_EQ(refusal_of("m2m.beta", "1"), "");
  EXPECT_NE(refusal_of("train.epochs", "0"), "");
  EXPECT_NE(refusal_of("train.lr_drops", "160,-1"), "");
  const Setting bounded{"x", SettingType::number, 0.0, "", "", {}, -INFINITY, 3};
  EXPECT_TRUE(testing::says(testing::complaint([&] { parse_value(bounded, "4"); }, ExitCode::usage),
                            {"x = 4", "at most 3"}));
}

TEST(Values, ThatAreNotFiniteAreRefused) {
  for (const char* text : {"inf", "nan", "-inf", "1e999"}) EXPECT_NE(refusal_of("m2m.lambda", text), "") << text;
}

TEST(Values, AreShownAsAStudyWritesThem) {
  const auto refusal = [](const char* name, const Json& value) {
    return testing::complaint([&] { checked_value(named(name), value); }, ExitCode::usage);
  };
  EXPECT_TRUE(testing::says(refusal("train.epochs", Json(NAN)), {"train.epochs = nan", "whole number"}));
  EXPECT_TRUE(testing::says(refusal("train.flip", Json(-INFINITY)), {"train.flip = -inf", "true or false"}));
  EXPECT_TRUE(testing::says(refusal("train.epochs", Json(4.0)), {"train.epochs = 4.0", "write 4"}));
}

TEST(Values, HaveNoNegativeZero) {
  EXPECT_FALSE(std::signbit(parse_value(named("m2m.beta"), "-0.0").get<double>()));
  EXPECT_FALSE(std::signbit(checked_value(named("m2m.beta"), Json(-0.0)).get<double>()));
  EXPECT_EQ(canonical_json(parse_value(named("train.lr_drops"), "-0,-0.0,1")), "[0.0,0.0,1.0]");
}

TEST(Values, OutsideTheChoicesAreRefused) {
  EXPECT_TRUE(testing::says(refusal_of("data.set", "mnist"), {"data.set = 'mnist'", "cifar10, digits"}));
}

TEST(Values, FromAStudyAreCheckedToo) {
  EXPECT_TRUE(checked_value(named("m2m.beta"), Json(1)).is_number_float());
  EXPECT_THROW(checked_value(named("train.epochs"), Json(2.0)), Error);
  EXPECT_THROW(checked_value(named("train.flip"), Json(1)), Error);
  EXPECT_THROW(checked_value(named("train.lr_drops"), Json(160)), Error);
  EXPECT_THROW(checked_value(named("train.lr_drops"), Json({"a"})), Error);
  EXPECT_THROW(checked_value(named("data.set"), Json(10)), Error);
}

TEST(WithDefaults, FillsInWhatIsNotGiven) {
  const Config config = with_defaults(Config(Json{{"m2m.beta", .9}}), some_settings());
  EXPECT_EQ(config.number("m2m.beta"), .9);
  EXPECT_EQ(config.number("m2m.lambda"), .5);
  EXPECT_FALSE(config.has("train.lr_drops"));
}

}  // namespace
}  // namespace m2m::settings
