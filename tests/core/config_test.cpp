#include "core/config.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

TEST(NearestName, IsTheOneWithTheFewestEdits) {
  const std::vector<std::string> known = {"m2m.beta", "m2m.lambda", "train.epochs"};
  EXPECT_EQ(nearest_name(known, "m2m.lamda"), "m2m.lambda");
  EXPECT_EQ(nearest_name(known, "M2M.LAMBDA"), "m2m.lambda");
  EXPECT_EQ(nearest_name(known, "xyz"), "");
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
  EXPECT_NE(testing::complaint([&] { (void)config.number("absent"); }, ExitCode::internal), "");
  const std::vector<std::function<void()>> questions{
      [&] { (void)config.number("a"); }, [&] { (void)config.flag("a"); }, [&] { (void)config.integer("b"); },
      [&] { (void)config.numbers("c"); }, [&] { (void)config.text("b"); }};
  for (const auto& ask : questions) EXPECT_NE(testing::complaint(ask, ExitCode::bad_data), "");
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
