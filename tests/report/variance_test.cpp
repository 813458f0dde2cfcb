// The spread between trials, by seed.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "report/analyses.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {

using results::StudyResults;

namespace {

using testing::done;
using testing::sample_config;
using testing::with;

/// A trial with these seeds.init and seeds.order, and a bACC of `hits` %.
results::TrialOutcome trial(int init, int order, int hits, const std::string& label = "ERM") {
  Config config = with(with(sample_config("ERM", 0), "seeds.init", init), "seeds.order", order);
  return done({label, config, {hits, hits}, {5, 5}});
}

/// Two orders of each of two initialisations, and a third of one of them: 70 72 | 80 84 86.
StudyResults crossed() {
  StudyResults results;
  results.name = "crossed";
  results.trials = {trial(0, 0, 70), trial(0, 1, 72), trial(1, 0, 80), trial(1, 1, 84), trial(1, 2, 86)};
  return results;
}

Group group_of(const StudyResults& results) {
  Group group;
  for (const results::TrialOutcome& trial : results.trials) group.push_back(&trial);
  return group;
}

Json rows_of(const StudyResults& results, const VarianceOptions& options) {
  return Json::parse(format(variance_sheet(results, options, {}), Format::json)).at("rows");
}

TEST(Variance, PoolsGroupsThatDifferInOneSeedAlone) {
  const StudyResults results = crossed();
  const SeedSpread order = seed_spread(group_of(results), "seeds.order", "bacc", {});
  EXPECT_EQ(order.groups, 2);
  EXPECT_EQ(order.trials, 5);
  // Sums of squares: 2 of 70 and 72, 18 2/3 of 80, 84 and 86.
  EXPECT_NEAR(order.std, std::sqrt((2 + 56.0 / 3) / 3), 1e-9);
  const SeedSpread init = seed_spread(group_of(results), "seeds.init", "bacc", {});
  EXPECT_EQ(init.groups, 2);  // the third order has one initialisation
  EXPECT_EQ(init.trials, 4);
  EXPECT_NEAR(init.std, std::sqrt((50 + 72) / 2.0), 1e-9);
}

TEST(Variance, HasNoGroupWhereSeedsMoveTogether) {
  StudyResults results;
  results.trials = {trial(0, 0, 70), trial(1, 1, 72)};
  EXPECT_EQ(seed_spread(group_of(results), "seeds.init", "bacc", {}).groups, 0);
  EXPECT_TRUE(std::isnan(seed_spread(group_of(results), "seeds.init", "bacc", {}).std));
  const Json rows = rows_of(results, {"", "bacc", 1});
  ASSERT_EQ(rows.size(), 6U);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(rows.at(i).at("remark"), "not varied alone");
}

TEST(Variance, TakesASeedThatDoesNotActForNoDifference) {
  StudyResults results;
  results.trials = {trial(0, 0, 70), trial(1, 1, 72)};
  for (results::TrialOutcome& outcome : results.trials) outcome.record->identity["settings"].erase("seeds.order");
  EXPECT_EQ(seed_spread(group_of(results), "seeds.init", "bacc", {}).groups, 1);
  EXPECT_EQ(seed_spread(group_of(results), "seeds.order", "bacc", {}).groups, 0);
}

TEST(Variance, TellsTheDeviationOfAllTrialsAndHowManyResolveADifference) {
  const Json all = rows_of(crossed(), {"", "bacc", 1}).at(0);
  EXPECT_EQ(all.at("spread_of"), "all trials");
  EXPECT_EQ(all.at("trials"), 5);
  const double variance = (8.4 * 8.4 + 6.4 * 6.4 + 1.6 * 1.6 + 5.6 * 5.6 + 7.6 * 7.6) / 4;
  EXPECT_NEAR(all.at("std").get<double>(), std::sqrt(variance), 1e-9);
  EXPECT_EQ(all.at("trials_to_resolve"), std::ceil(15.6977 * variance));
  EXPECT_EQ(rows_of(crossed(), {"", "bacc", 5}).at(0).at("trials_to_resolve"), std::ceil(15.6977 * variance / 25));
}

TEST(Variance, OfASingleTrialIsTooSmall) {
  StudyResults results;
  results.trials = {trial(0, 0, 70)};
  const Json all = rows_of(results, {"", "bacc", 1}).at(0);
  EXPECT_EQ(all.at("remark"), "n too small");
  EXPECT_TRUE(all.at("std").is_null());
  EXPECT_TRUE(all.at("trials_to_resolve").is_null());
}

TEST(Variance, IsOfOneLabelWhereOneIsNamed) {
  StudyResults results = crossed();
  results.trials.push_back(trial(0, 0, 50, "RS"));
  EXPECT_EQ(rows_of(results, {"", "bacc", 1}).size(), 12U);
  EXPECT_EQ(rows_of(results, {"RS", "bacc", 1}).size(), 6U);
  EXPECT_THROW(rows_of(results, {"RSS", "bacc", 1}), Error);
}

TEST(Variance, RefusesDifferentTrainings) {
  StudyResults results = crossed();
  results.trials.push_back(done({"ERM", with(sample_config("ERM", 9), "train.epochs", 100), {50, 50}, {5, 5}}));
  const auto mix = [&] { rows_of(results, {"", "bacc", 1}); };
  EXPECT_TRUE(testing::says(testing::complaint(mix, ExitCode::usage), {"train.epochs"}));
}

}  // namespace
}  // namespace m2m::report
