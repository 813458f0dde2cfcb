// Metrics of each class: means over seeds.
#include <gtest/gtest.h>

#include "report/analyses.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::not_done;
using testing::sample_config;

/// Two seeds of ERM with 100 test samples a class; 100 training samples of class 0 and one of each other.
results::StudyResults two_seeds() {
  results::StudyResults results;
  results.trials = {done({"ERM", sample_config("ERM", 0), {81, 64, 10}, {9, 9, 9}}),
                    done({"ERM", sample_config("ERM", 1), {85, 60, 10}, {9, 9, 9}})};
  for (results::TrialOutcome& trial : results.trials) {
    trial.record->last.test_ranking = {{0.75, 0.5, 1}, {0.25, 0.5, 1}};
  }
  return results;
}

std::vector<Json> rows_of(const results::StudyResults& results, const TableOptions& options = {}) {
  const Json json = Json::parse(format(class_sheet(results, "", options), Format::json));
  return {json.at("rows").begin(), json.at("rows").end()};
}

TEST(PerClass, HasMeansAndDeviationsOverSeeds) {
  const std::vector<Json> rows = rows_of(two_seeds());
  ASSERT_EQ(rows.size(), 3U);
  const Json& row = rows[0];
  EXPECT_EQ(row.at("method"), "ERM");
  EXPECT_EQ(row.at("data"), "CIFAR-LT-10 rho=100");
  EXPECT_EQ(row.at("class"), 0);
  EXPECT_EQ(row.at("training"), 100);
  EXPECT_EQ(row.at("test"), 100);
  EXPECT_EQ(row.at("n"), 2);
  EXPECT_NEAR(row.at("recall_mean").get<double>(), 83, 1e-9);
  EXPECT_NEAR(row.at("recall_std").get<double>(), 2 * std::sqrt(2.0), 1e-9);
  // 90 samples of class 2 are taken for class 0.
  EXPECT_NEAR(row.at("precision_mean").get<double>(), 50 * (81 / 171.0 + 85 / 175.0), 1e-9);
  EXPECT_NEAR(row.at("f1_mean").get<double>(), 50 * (162 / 271.0 + 170 / 275.0), 1e-9);
  EXPECT_NEAR(row.at("auroc_mean").get<double>(), 75, 1e-9);
  EXPECT_NEAR(row.at("auroc_std").get<double>(), 0, 1e-9);
  EXPECT_NEAR(row.at("auprc_mean").get<double>(), 25, 1e-9);
}

TEST(PerClass, GoesFromTheMostFrequentClassToTheRarest) {
  results::StudyResults results = two_seeds();
  for (results::TrialOutcome& trial : results.trials) trial.record->data["counts"] = {4, 70, 5};
  const std::vector<Json> rows = rows_of(results);
  EXPECT_EQ(rows[0].at("class"), 1);
  EXPECT_EQ(rows[1].at("class"), 2);
  EXPECT_EQ(rows[2].at("class"), 0);
  EXPECT_EQ(rows[1].at("training"), 5);
  for (results::TrialOutcome& trial : results.trials) trial.record->data.erase("counts");
  EXPECT_EQ(rows_of(results)[0].at("class"), 0);
  EXPECT_TRUE(rows_of(results)[0].at("training").is_null());
}

TEST(PerClass, NamesClassesThatHaveNames) {
  results::StudyResults results = two_seeds();
  EXPECT_TRUE(rows_of(results)[0].at("name").is_null());
  EXPECT_EQ(format(class_sheet(results, "", {}), Format::markdown).find("| name"), std::string::npos);
  for (results::TrialOutcome& trial : results.trials)
    trial.record->data["class_names"] = {"cat", "hen | cock", "dog"};
  EXPECT_EQ(rows_of(results)[2].at("name"), "dog");
  const std::string table = format(class_sheet(results, "", {}), Format::markdown);
  EXPECT_TRUE(testing::says(table, {"| class | name", "| cat "})) << table;
  EXPECT_EQ(table.find("hen | cock"), std::string::npos);  // the bar would be a column's end
}

TEST(PerClass, HasNothingOfAClassWithoutTestSamples) {
  results::StudyResults results = two_seeds();
  for (results::TrialOutcome& trial : results.trials) {
    for (int k = 0; k < 3; ++k) trial.record->last.test.at(1, k) = 0;
    trial.record->last.test_ranking.auroc[1] = results::not_measured;
    trial.record->last.test_ranking.average_precision[1] = results::not_measured;
  }
  const Json row = rows_of(results)[1];
  EXPECT_EQ(row.at("test"), 0);
  for (const char* name : {"recall_mean", "precision_mean", "f1_mean", "auroc_mean", "auprc_mean", "recall_std"})
    EXPECT_TRUE(row.at(name).is_null()) << name;
}

TEST(PerClass, NamesTrialsWithoutLogitsAndAveragesTheOthers) {
  results::StudyResults results = two_seeds();
  results.trials[1].record->last.test_ranking = {};
  const Sheet sheet = class_sheet(results, "", {});
  ASSERT_EQ(sheet.notes.size(), 1U);
  EXPECT_TRUE(testing::says(sheet.notes[0], {"ERM on CIFAR-LT-10 rho=100", "1 of 2", "AUROC", "logits"}));
  EXPECT_NEAR(rows_of(results)[0].at("auroc_mean").get<double>(), 75, 1e-9);
  EXPECT_TRUE(rows_of(results)[0].at("auroc_std").is_null());
  EXPECT_NEAR(rows_of(results)[0].at("recall_mean").get<double>(), 83, 1e-9);
}

TEST(PerClass, NamesTrialsWithoutAResult) {
  results::StudyResults results = two_seeds();
  results.trials.push_back(not_done("ERM", sample_config("ERM", 2), results::TrialStatus::diverged));
  results.trials.push_back(not_done("M2m", sample_config("M2m", 0), results::TrialStatus::missing));
  const Sheet sheet = class_sheet(results, "", {});
  EXPECT_EQ(sheet.rows.size(), 3U);
  ASSERT_EQ(sheet.notes.size(), 2U);
  EXPECT_TRUE(testing::says(sheet.notes[0], {"ERM on", "1 of 3", "diverged"}));
  EXPECT_TRUE(testing::says(sheet.notes[1], {"M2m on", "1 of 1", "missing"}));
}

TEST(PerClass, ShowsOneLabelIfAsked) {
  results::StudyResults results = two_seeds();
  results.trials.push_back(done({"M2m", sample_config("M2m", 0), {50, 50, 50}, {9, 9, 9}}));
  EXPECT_EQ(class_sheet(results, "", {}).rows.size(), 6U);
  const Sheet sheet = class_sheet(results, "M2m", {});
  ASSERT_EQ(sheet.rows.size(), 3U);
  EXPECT_EQ(sheet.rows[0][0], "M2m");
  EXPECT_TRUE(testing::says(testing::complaint([&] { class_sheet(results, "M2n", {}); }, ExitCode::usage),
                            {"'M2n'", "'M2m'"}));
}

TEST(PerClass, RefusesTrialsThatMustNotBeAveraged) {
  results::StudyResults results = two_seeds();
  results.trials[1].record->identity["settings"]["m2m.beta"] = 0.5;
  const auto refusal = [&](const TableOptions& options) {
    return testing::complaint([&] { class_sheet(results, "", options); }, ExitCode::usage);
  };
  EXPECT_TRUE(testing::says(refusal({}), {"ERM on CIFAR-LT-10 rho=100", "m2m.beta", "--allow-mixed"}));
  TableOptions mixed;
  mixed.allow_mixed = true;
  EXPECT_EQ(refusal(mixed), "");
  EXPECT_TRUE(testing::says(class_sheet(results, "", mixed).notes.front(), {"--allow-mixed"}));
  results.trials[1].record->last.test = Confusion(4);
  EXPECT_TRUE(testing::says(refusal(mixed), {"ERM on CIFAR-LT-10 rho=100", "3", "4"}));
}

TEST(PerClass, ShowsMeanAndDeviationTogether) {
  const std::string markdown = format(class_sheet(two_seeds(), "", {}), Format::markdown);
  EXPECT_NE(markdown.find("| ERM    | CIFAR-LT-10 rho=100 | 0     | 100      | 100  | 2   | 83.0 +- 2.8 |"),
            std::string::npos)
      << markdown;
}

}  // namespace
}  // namespace m2m::report
