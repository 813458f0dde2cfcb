#include "core/config.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"

namespace m2m {
namespace {

std::vector<settings::Field> some_fields() {
  return {
      {"m2m.beta", settings::FieldType::number, .999, "", "Beta.", {}, 0, 1},
      {"m2m.lambda", settings::FieldType::number, .5, "", "Lambda.", {}, 0},
      {"train.epochs", settings::FieldType::integer, 200, "epochs", "Epochs.", {}, 1, 10'000},
      {"train.flip", settings::FieldType::flag, true, "", "Flip."},
      {"train.lr_drops", settings::FieldType::numbers, nullptr, "epochs", "Drops.", {}, 0},
      {"data.set", settings::FieldType::text, "cifar10", "", "Data set.", {"cifar10", "digits"}},
  };
}

const settings::Field& field(const std::string& name) {
  static const std::vector<settings::Field> fields = some_fields();
  return *settings::find_field(fields, name);
}

/// The sentence parsing ends with; "" where it succeeds.
std::string complaint(const std::string& name, const std::string& text) {
  try {
    settings::parse_value(field(name), text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

TEST(Fields, AreFoundByName) {
  const auto fields = some_fields();
  EXPECT_EQ(settings::find_field(fields, "m2m.beta"), &fields[0]);
  EXPECT_EQ(settings::find_field(fields, "m2m.gamma"), nullptr);
}

TEST(Fields, SuggestTheNearestName) {
  const auto fields = some_fields();
  EXPECT_EQ(settings::nearest_name(fields, "m2m.lamda"), "m2m.lambda");
  EXPECT_EQ(settings::nearest_name(fields, "train.epoch"), "train.epochs");
  EXPECT_EQ(settings::nearest_name(fields, "epochs"), "");
  EXPECT_EQ(settings::nearest_name(fields, "xyz"), "");
}

TEST(Values, AreReadAsTheFieldSays) {
  EXPECT_EQ(settings::parse_value(field("m2m.beta"), "1"), Json(1.0));
  EXPECT_TRUE(settings::parse_value(field("m2m.beta"), "1").is_number_float());
  EXPECT_EQ(settings::parse_value(field("m2m.beta"), "1e-3"), Json(.001));
  EXPECT_EQ(settings::parse_value(field("train.epochs"), "40"), Json(40));
  EXPECT_EQ(settings::parse_value(field("train.flip"), "false"), Json(false));
  EXPECT_EQ(settings::parse_value(field("data.set"), "digits"), Json("digits"));
  EXPECT_EQ(settings::parse_value(field("train.lr_drops"), "160,180"), Json({160.0, 180.0}));
}

TEST(Values, OfAnotherTypeAreRefused) {
  EXPECT_EQ(complaint("m2m.beta", "high"), "m2m.beta = 'high': expected a number");
  EXPECT_EQ(complaint("train.epochs", "1.5"), "train.epochs = '1.5': expected a whole number");
  EXPECT_EQ(complaint("train.epochs", "99999999999999999999"),
            "train.epochs = '99999999999999999999': expected a whole number");
  EXPECT_EQ(complaint("train.flip", "yes"), "train.flip = 'yes': expected true or false");
  for (const char* text : {"", " ", "1 ", "0x1", "1,2"}) EXPECT_NE(complaint("m2m.beta", text), "") << text;
}

TEST(Values, OutOfBoundsAreRefused) {
  EXPECT_EQ(complaint("m2m.beta", "1.5"), "m2m.beta = 1.5: expected a number of at least 0 and at most 1");
  EXPECT_EQ(complaint("m2m.lambda", "-1"), "m2m.lambda = -1: expected a number of at least 0");
  EXPECT_EQ(complaint("m2m.beta", "0"), "");
  EXPECT_EQ(complaint("m2m.beta", "1"), "");
  EXPECT_NE(complaint("train.epochs", "0"), "");
  EXPECT_NE(complaint("train.lr_drops", "160,-1"), "");
  const settings::Field bounded{"x", settings::FieldType::number, 0.0, "", "", {}, -INFINITY, 3};
  try {
    settings::parse_value(bounded, "4");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "x = 4: expected a number at most 3");
  }
}

TEST(Values, ThatAreNotFiniteAreRefused) {
  for (const char* text : {"inf", "nan", "-inf", "1e999"}) EXPECT_NE(complaint("m2m.lambda", text), "") << text;
}

TEST(Values, AreShownAsAStudyWritesThem) {
  const auto refusal = [](const char* name, const Json& value) -> std::string {
    try {
      settings::checked_value(field(name), value);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("train.epochs", Json(NAN)), "train.epochs = nan: expected a whole number");
  EXPECT_EQ(refusal("train.flip", Json(-INFINITY)), "train.flip = -inf: expected true or false");
  EXPECT_EQ(refusal("train.epochs", Json(4.0)), "train.epochs = 4.0: expected a whole number; write 4");
}

TEST(Values, HaveNoNegativeZero) {
  EXPECT_FALSE(std::signbit(settings::parse_value(field("m2m.beta"), "-0.0").get<double>()));
  EXPECT_FALSE(std::signbit(settings::checked_value(field("m2m.beta"), Json(-0.0)).get<double>()));
  EXPECT_EQ(canonical_json(settings::parse_value(field("train.lr_drops"), "-0,-0.0,1")), "[0.0,0.0,1.0]");
}

TEST(Values, OutsideTheChoicesAreRefused) {
  EXPECT_EQ(complaint("data.set", "mnist"), "data.set = 'mnist': expected one of cifar10, digits");
}

TEST(Values, FromAStudyAreCheckedToo) {
  EXPECT_TRUE(settings::checked_value(field("m2m.beta"), Json(1)).is_number_float());
  EXPECT_THROW(settings::checked_value(field("train.epochs"), Json(2.0)), Error);
  EXPECT_THROW(settings::checked_value(field("train.flip"), Json(1)), Error);
  EXPECT_THROW(settings::checked_value(field("train.lr_drops"), Json(160)), Error);
  EXPECT_THROW(settings::checked_value(field("train.lr_drops"), Json({"a"})), Error);
  EXPECT_THROW(settings::checked_value(field("data.set"), Json(10)), Error);
}

TEST(Configurations, AnswerByType) {
  const Config config(Json{{"a", 1}, {"b", 2.5}, {"c", "text"}, {"d", true}, {"e", {1.0, 2.0}}});
  EXPECT_EQ(config.integer("a"), 1);
  EXPECT_EQ(config.number("a"), 1.0);
  EXPECT_EQ(config.number("b"), 2.5);
  EXPECT_EQ(config.text("c"), "text");
  EXPECT_TRUE(config.flag("d"));
  EXPECT_EQ(config.numbers("e"), (std::vector<double>{1, 2}));
}

TEST(Configurations, SayWhichSettingIsMissingOrOfAnotherType) {
  const Config config(Json{{"a", "text"}, {"b", 1.5}, {"c", {1, "x"}}});
  const std::vector<std::function<void()>> questions{
      [&] { (void)config.number("absent"); }, [&] { (void)config.number("a"); },  [&] { (void)config.flag("a"); },
      [&] { (void)config.integer("b"); },     [&] { (void)config.numbers("c"); }, [&] { (void)config.text("b"); }};
  for (const auto& ask : questions) {
    try {
      ask();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::internal);
    }
  }
}

TEST(Configurations, TakeDefaultsWhereNothingIsSaid) {
  const Config config = settings::with_defaults(Config(Json{{"m2m.beta", .9}}), some_fields());
  EXPECT_EQ(config.number("m2m.beta"), .9);
  EXPECT_EQ(config.number("m2m.lambda"), .5);
  EXPECT_FALSE(config.has("train.lr_drops"));
}

TEST(CanonicalJson, SortsKeysAndHasNoSpaces) {
  EXPECT_EQ(canonical_json(Json{{"b", 1}, {"a", {1.5, "x"}}}), R"({"a":[1.5,"x"],"b":1})");
  EXPECT_EQ(canonical_json(Json{{"a", "\u00e4"}}), R"({"a":"\u00e4"})");
}

TEST(CanonicalJson, ReadsBackTheSameNumbers) {
  for (const double value : {.1, 1.0, .999, 1e-10, 2e-4, 1.0 / 3, 123456789.123456789, 5e-324}) {
    const std::string text = canonical_json(Json{{"x", value}});
    EXPECT_EQ(Json::parse(text).at("x").get<double>(), value) << text;
    EXPECT_EQ(canonical_json(Json::parse(text)), text);
  }
}

TEST(CanonicalJson, TellsWholeNumbersFromNumbers) { EXPECT_NE(canonical_json(Json(1)), canonical_json(Json(1.0))); }

}  // namespace
}  // namespace m2m
