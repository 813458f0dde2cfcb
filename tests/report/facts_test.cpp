// What a table says about the origin of its numbers.
#include <gtest/gtest.h>

#include "report/comparability.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

std::string value(const std::vector<Fact>& facts, const std::string& name) {
  for (const Fact& fact : facts) {
    if (fact.name == name) return fact.value;
  }
  return "";
}

Config with(const std::string& name, const Json& value) {
  Config config = testing::sample_config("ERM", 0);
  config.set(name, value);
  return config;
}

TEST(Facts, NameALaterSettingThatHasAnotherValueThanItsDefault) {
  EXPECT_EQ(value(make_facts(with("train.width", 64)), "train.width"), "64");
  EXPECT_EQ(value(make_facts(with("train.nesterov", true)), "train.nesterov"), "true");
  EXPECT_EQ(make_facts(with("train.width", 16)).size(), make_facts(testing::sample_config("ERM", 0)).size());
}

TEST(Facts, OfTrialsThatDifferHaveTheDefaultOfThoseThatLackThem) {
  const std::vector<Fact> plain = make_facts(testing::sample_config("ERM", 0));
  const std::vector<Fact> wide = make_facts(with("train.width", 64));
  EXPECT_EQ(value(merge_facts(wide, plain), "train.width"), "64, 16");
  EXPECT_EQ(value(merge_facts(plain, wide), "train.width"), "64, 16");
  EXPECT_EQ(value(merge_facts(merge_facts(wide, plain), wide), "train.width"), "64, 16");
  EXPECT_EQ(value(merge_facts({}, wide), "train.width"), "64");
  EXPECT_EQ(value(merge_facts(plain, merge_facts(plain, wide)), "train.width"), "64, 16");
}

TEST(Facts, JoinEachValueOnce) {
  const std::vector<Fact> both =
      merge_facts(make_facts(with("train.epochs", 200)), make_facts(with("train.epochs", 40)));
  EXPECT_EQ(value(both, "epochs"), "200, 40");
  EXPECT_EQ(value(merge_facts(make_facts(with("train.epochs", 40)), both), "epochs"), "40, 200");
}

}  // namespace
}  // namespace m2m::report
