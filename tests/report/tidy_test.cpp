// Every number of every trial, one per row.
#include <gtest/gtest.h>

#include <map>

#include "report/analyses.hpp"
#include "report/table_metrics.hpp"
#include "support/choice_study.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {

using results::StudyResults;

namespace {

using testing::done;
using testing::not_done;
using testing::sample_config;

/// The rows of a metric, each as an object.
std::vector<Json> rows_of(const StudyResults& results, const std::string& metric, Selection selection) {
  std::vector<Json> found;
  const Json all = Json::parse(format(tidy_sheet(results, selection), Format::json));
  for (const Json& row : all.at("rows")) {
    if (row.at("metric") == metric) found.push_back(row);
  }
  return found;
}

double value_of(const StudyResults& results, const std::string& metric) {
  const std::vector<Json> rows = rows_of(results, metric, Selection::last);
  EXPECT_EQ(rows.size(), 1U) << metric;
  return rows.at(0).at("value").get<double>();
}

StudyResults one_trial() {
  StudyResults results;
  results.trials = {done({"ERM, a", sample_config("ERM", 4), {81, 64, 10}, {9, 9, 9}})};
  return results;
}

TEST(Tidy, HasARowForEachMetricOfATrial) {
  const Sheet sheet = tidy_sheet(one_trial(), Selection::last);
  // Of three classes: recalls, precisions, F1 and false positives. AUROC and AUPRC need the logits.
  EXPECT_EQ(sheet.rows.size(), table_metrics().size() - 2 + 4 * 3);
  const Json row = rows_of(one_trial(), "bacc", Selection::last).at(0);
  EXPECT_EQ(row.at("label"), "ERM, a");
  EXPECT_EQ(row.at("method"), "ERM");
  EXPECT_EQ(row.at("data"), "CIFAR-LT-10 rho=100");
  EXPECT_EQ(row.at("seed"), 4);
  EXPECT_EQ(row.at("status"), "done");
  EXPECT_EQ(row.at("epoch"), 199);
  EXPECT_NEAR(row.at("value").get<double>(), 155 / 3.0, 1e-9);
}

TEST(Tidy, GivesRecallsByLabelInPercent) {
  EXPECT_NEAR(value_of(one_trial(), "recall_0"), 81, 1e-9);
  EXPECT_NEAR(value_of(one_trial(), "recall_2"), 10, 1e-9);
  StudyResults without = one_trial();
  for (int k = 0; k < 3; ++k) without.trials[0].record->last.test.at(1, k) = 0;
  EXPECT_TRUE(rows_of(without, "recall_1", Selection::last).at(0).at("value").is_null());
}

TEST(Tidy, GivesPrecisionAndF1ByLabel) {
  // Class 0 is predicted for 81 samples of its own and 90 of class 2.
  EXPECT_NEAR(value_of(one_trial(), "precision_0"), 100 * 81 / (81 + 90.0), 1e-9);
  EXPECT_NEAR(value_of(one_trial(), "f1_0"), 2 * 100.0 * 81 / (100 + 81 + 90), 1e-9);
}

TEST(Tidy, HasTheMetricsOfRankingsIfAsked) {
  StudyResults results = one_trial();
  const std::size_t rows = tidy_sheet(results, Selection::last).rows.size();
  results.trials[0].record->last.test_ranking = {{.75, .5, results::not_measured}, {.25, .5, 1}};
  EXPECT_EQ(tidy_sheet(results, Selection::last).rows.size(), rows);
  std::map<std::string, Json> values;
  const Sheet sheet = tidy_sheet(results, Selection::last, true);
  for (const auto& row : sheet.rows) values[row.at(7).get<std::string>()] = row.at(8);
  EXPECT_EQ(sheet.rows.size(), rows + 2 + 2 * 3);
  EXPECT_EQ(values["auroc"], 62.5);
  EXPECT_EQ(values["auroc_0"], 75.0);
  EXPECT_TRUE(values["auroc_2"].is_null());
  EXPECT_NEAR(values["auprc"].get<double>(), 175 / 3.0, 1e-9);
  results.trials[0].record->last.test_ranking = {};  // no logits: null, not left out
  EXPECT_EQ(tidy_sheet(results, Selection::last, true).rows.size(), rows + 2 + 2 * 3);
}

TEST(Tidy, AddsUpFalsePositivesByRankOfTheTrainingCounts) {
  // Misses go to the next class: 90 to class 0, 19 to class 1, 36 to class 2.
  EXPECT_EQ(value_of(one_trial(), "false_positives_1"), 90);
  EXPECT_EQ(value_of(one_trial(), "false_positives_2"), 90 + 19);
  EXPECT_EQ(value_of(one_trial(), "false_positives_3"), 90 + 19 + 36);
  StudyResults other = one_trial();
  other.trials[0].record->data["counts"] = {5, 5, 70};  // class 2 first, then 0 before 1 by label
  EXPECT_EQ(value_of(other, "false_positives_1"), 36);
  EXPECT_EQ(value_of(other, "false_positives_2"), 36 + 90);
  other.trials[0].record->data.erase("counts");
  EXPECT_TRUE(rows_of(other, "false_positives_1", Selection::last).empty());
}

TEST(Tidy, IsOfTheSelectedEpoch) {
  const Json best = rows_of(one_trial(), "bacc", Selection::best).at(0);
  EXPECT_EQ(best.at("epoch"), 193);
  EXPECT_NEAR(best.at("value").get<double>(), 154 / 3.0, 1e-9);
}

TEST(Tidy, HasOneRowWithoutAMetricForATrialWithoutAResult) {
  StudyResults results;
  results.trials = {not_done("M2m", sample_config("M2m", 0), results::TrialStatus::diverged),
                    not_done("M2m", sample_config("M2m", 1), results::TrialStatus::missing)};
  const Json rows = Json::parse(format(tidy_sheet(results, Selection::last), Format::json)).at("rows");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.at(0).at("status"), "diverged");
  EXPECT_EQ(rows.at(1).at("status"), "missing");
  for (const Json& row : rows) {
    for (const char* name : {"epoch", "metric", "value"}) EXPECT_TRUE(row.at(name).is_null()) << name;
  }
}

TEST(Tidy, CountsATrialOnceUnderEachOfItsLabels) {
  StudyResults results = one_trial();
  results.trials.push_back(results.trials[0]);
  EXPECT_EQ(rows_of(results, "bacc", Selection::last).size(), 1U);
  results.trials[1].planned.label = "ERM again";
  EXPECT_EQ(rows_of(results, "bacc", Selection::last).size(), 2U);
}

}  // namespace
}  // namespace m2m::report
