// Tables by any two axes.
#include "report/groups.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "report/table_formats.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::sample_config;
using testing::with;

/// Two seeds of M2m for each of two pools and two ratios, told apart by their hits.
results::StudyResults pools_by_ratios() {
  results::StudyResults results;
  for (const int pool : {1, 500}) {
    for (const int ratio : {10, 100}) {
      for (int seed = 0; seed < 2; ++seed) {
        Config config = with(with(sample_config("M2m", seed), "m2m.pool", pool), "data.ratio", double(ratio));
        const int hits = 50 + (pool > 1 ? 20 : 0) - (ratio > 10 ? 10 : 0) + seed;
        results.trials.push_back(done({"M2m", config, {hits, hits}, {5, 5}}));
      }
    }
  }
  return results;
}

TableOptions by(const std::string& rows, const std::string& columns, bool allow_mixed = false) {
  TableOptions options;
  options.rows = rows;
  options.columns = columns;
  options.allow_mixed = allow_mixed;
  return options;
}

std::string refusal(const TableOptions& options) {
  return testing::complaint([&] { make_table(pools_by_ratios(), options); }, ExitCode::usage);
}

TEST(TableByAxes, HasTheValuesOfSettingsAsRowsAndColumns) {
  const ResultTable table = make_table(pools_by_ratios(), by("m2m.pool", "data.ratio"));
  EXPECT_EQ(table.rows, (std::vector<std::string>{"1", "500"}));
  EXPECT_EQ(table.columns, (std::vector<std::string>{"10", "100"}));
  EXPECT_NEAR(table.cells[0][0].bacc.mean, 50.5, 1e-9);
  EXPECT_NEAR(table.cells[1][1].bacc.mean, 60.5, 1e-9);
  EXPECT_EQ(table.cells[1][0].bacc.n, 2);
}

TEST(TableByAxes, NamesThemInEveryFormat) {
  const ResultTable table = make_table(pools_by_ratios(), by("m2m.pool", "data.ratio"));
  const std::string markdown = to_markdown(table);
  EXPECT_NE(markdown.find("| m2m.pool | data.ratio=10"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("| 500      | 70.5 +- 0.7 / 70.5 +- 0.7 (2) |"), std::string::npos) << markdown;
  EXPECT_EQ(to_csv(table).rfind("m2m.pool,data.ratio,selection,", 0), 0U);
  EXPECT_NE(to_latex(table).find("m2m.pool & data.ratio=10 & data.ratio=100"), std::string::npos);
  EXPECT_EQ(Json::parse(to_json(table)).at("cells").at(3).at("m2m.pool"), "500");
}

TEST(TableByAxes, NamesTheDataThatAreOnNoAxis) {
  const ResultTable table = make_table(pools_by_ratios(), by("m2m.pool", "data.ratio"));
  EXPECT_EQ(table.facts.front().name, "data");
  EXPECT_EQ(table.facts.front().value, "CIFAR-LT-10 rho=10; CIFAR-LT-10 rho=100");
  EXPECT_EQ(Json::parse(to_json(table)).at("cells").at(1).at("data"), "CIFAR-LT-10 rho=100");
  for (const Fact& fact : make_table(pools_by_ratios(), by("m2m.pool", "data")).facts) EXPECT_NE(fact.name, "data");
}

TEST(TableByAxes, HasNoColumnTwice) {
  const std::string csv = to_csv(make_table(pools_by_ratios(), by("protocol", "seed", true)));
  const std::string header = csv.substr(0, csv.find('\n'));
  EXPECT_EQ(header.find("protocol"), header.rfind("protocol"));
}

TEST(TableByAxes, TellsLabelsFromMethods) {
  EXPECT_EQ(to_csv(make_table(pools_by_ratios(), by("label", "method", true))).rfind("label,method,selection,", 0),
            0U);
  EXPECT_EQ(to_csv(make_table(pools_by_ratios(), by("label", "data", true))).rfind("method,data,selection,", 0),
            0U);
}

TEST(TableByAxes, TakesLabelsDataAndSeedsToo) {
  const ResultTable seeds = make_table(pools_by_ratios(), by("seed", "m2m.pool", true));
  EXPECT_EQ(seeds.rows, (std::vector<std::string>{"0", "1"}));
  const ResultTable data = make_table(pools_by_ratios(), by("data", "m2m.pool"));
  EXPECT_EQ(data.rows, (std::vector<std::string>{"CIFAR-LT-10 rho=10", "CIFAR-LT-10 rho=100"}));
  EXPECT_EQ(make_table(pools_by_ratios(), by("m2m.pool", "data")).columns, data.rows);
}

TEST(TableByAxes, SaysNoneOfATrialWithoutTheSetting) {
  results::StudyResults results = pools_by_ratios();
  results.trials.push_back(done({"ERM", sample_config("ERM", 0), {40, 40}, {5, 5}}));
  EXPECT_EQ(make_table(results, by("m2m.pool", "data")).rows, (std::vector<std::string>{"1", "500", "none"}));
}

TEST(TableByAxes, SaysNoneOfATrialInWhichTheSettingDoesNotAct) {
  results::StudyResults results;
  for (const int pool : {1, 500}) {
    const Config m2m = with(with(sample_config("M2m", 0), "recipe.translate", "m2m"), "m2m.pool", pool);
    results.trials.push_back(done({"M2m", m2m, {50, 50}, {5, 5}}));
  }
  const Config erm = with(with(sample_config("ERM", 0), "recipe.translate", "none"), "m2m.pool", 1);
  results.trials.push_back(done({"ERM", erm, {40, 40}, {5, 5}}));
  EXPECT_EQ(make_table(results, by("label", "m2m.pool")).columns, (std::vector<std::string>{"1", "500", "none"}));
  results.trials.back() = done({"cRT", with(erm, "recipe.start", "M2m"), {40, 40}, {5, 5}});
  EXPECT_EQ(make_table(results, by("label", "m2m.pool")).columns, (std::vector<std::string>{"1", "500"}));
}

TEST(TableByAxes, TellsTrialsWhoseGWasTrainedOtherwise) {
  results::StudyResults results;
  for (const double gamma : {1.0, 5.0}) {
    const Config m2m =
        with(with(sample_config("M2m", 0), "recipe.translate", "m2m"), "recipe.loss", "cross-entropy");
    const Config of_focal = with(with(m2m, "m2m.g_method", "Focal"), "focal.gamma", gamma);
    results.trials.push_back(done({"M2m", of_focal, {50, 50}, {5, 5}}));
  }
  EXPECT_EQ(make_table(results, by("focal.gamma", "label")).rows, (std::vector<std::string>{"1", "5"}));
}

std::string refusal_of_label(const std::vector<std::string>& labels, const std::string& label) {
  results::StudyResults results;
  for (const std::string& one : labels) {
    results.trials.push_back(done({one, sample_config("M2m", 0), {50, 50}, {5, 5}}));
  }
  return testing::complaint([&] { check_label(results, label); }, ExitCode::usage);
}

TEST(ALabel, IsLookedForByItsBeginningFirst) {
  const std::vector<std::string> labels = {"ERM", "M2m, lambda=0.1", "M2m, lambda=0.5", "M2m-LDAM"};
  const std::string refused = refusal_of_label(labels, "M2m");
  EXPECT_TRUE(testing::says(refused, {"'M2m'", "'M2m, lambda=0.1', 'M2m, lambda=0.5'"}));
  EXPECT_EQ(refused.find("LDAM"), std::string::npos);
  EXPECT_TRUE(testing::says(refusal_of_label(labels, "M2m-LDM"), {"'M2m-LDM'", "mean 'M2m-LDAM'"}));
  EXPECT_TRUE(testing::says(refusal_of_label(labels, "xyz"), {"'xyz'", "'ERM', 'M2m, lambda=0.1'"}));
}

TEST(TableByAxes, RefusesAMixtureByName) {
  const std::string refused = refusal(by("m2m.pool", "label"));
  EXPECT_TRUE(testing::says(refused, {"m2m.pool=1 on M2m", "data.ratio = 100.0", "10.0", "--allow-mixed"}));
  const ResultTable table = make_table(pools_by_ratios(), by("m2m.pool", "label", true));
  EXPECT_EQ(table.cells[0][0].bacc.n, 4);
  EXPECT_TRUE(testing::says(table.notes.front(), {"--allow-mixed", "m2m.pool=1 on M2m"}));
}

TEST(TableByAxes, RefusesWhatIsNoAxis) {
  EXPECT_TRUE(testing::says(refusal(by("m2m.pol", "data")), {"'m2m.pol'", "'m2m.pool'"}));
  EXPECT_TRUE(testing::says(refusal(by("label", "dta")), {"'dta'", "'data'"}));
  EXPECT_TRUE(testing::says(refusal(by("smoothing.head", "data")), {"'smoothing.head'", "config.json"}));
  EXPECT_TRUE(testing::says(refusal(by("data", "data")), {"both 'data'"}));
  TableOptions choosing = by("seed", "data");
  choosing.choose = true;
  EXPECT_TRUE(testing::says(refusal(choosing), {"--choose", "--rows", "--columns"}));
}

TEST(TableByAxes, HasPublishedNumbersOfLabelsOnDataAlone) {
  const ResultTable table = make_table(pools_by_ratios(), by("data", "m2m.pool"));
  EXPECT_EQ(to_markdown(table).find("published"), std::string::npos);
  EXPECT_EQ(table.cells[0][0].published.paper.bacc, "");
}

}  // namespace
}  // namespace m2m::report
