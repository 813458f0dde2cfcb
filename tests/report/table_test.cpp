#include "report/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/version.hpp"
#include "report/table_formats.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/synthetic_study.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::report {

using results::StudyResults;

namespace {

using testing::planned;
using testing::sample_config;
using testing::sample_record;
using testing::TemporaryFolder;

StudyResults study_of(const std::vector<results::TrialRecord>& records) {
  StudyResults results;
  for (const results::TrialRecord& record : records) {
    results.trials.push_back({planned(record), results::TrialStatus::done, "", record});
  }
  return results;
}

/// Two trials of one label; the second has another value of `field`.
StudyResults pair_with(const std::string& field, const Json& value) {
  Config changed = sample_config("M2m", 1);
  changed.set(field, value);
  return study_of(
      {sample_record("M2m", sample_config("M2m", 0), {80, 60}), sample_record("M2m", changed, {90, 70})});
}

std::string refusal(const StudyResults& results, const TableOptions& options = {}) {
  return testing::complaint([&] { make_table(results, options); }, ExitCode::usage);
}

ResultTable synthetic_table(const TableOptions& options) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  return make_table(results::read_output_folder({folder.path()}), options);
}

TEST(Table, AveragesBalancedAccuracyAndGeometricMeanOverTrials) {
  const ResultTable table = make_table(pair_with("seed", 1), {});
  ASSERT_EQ(table.rows, std::vector<std::string>{"M2m"});
  ASSERT_EQ(table.columns, std::vector<std::string>{"CIFAR-LT-10 rho=100"});
  const TableCell& cell = table.cells[0][0];
  EXPECT_EQ(cell.bacc.n, 2);
  EXPECT_NEAR(cell.bacc.mean, 75.0, 1e-9);            // of 70 and 80
  EXPECT_NEAR(cell.bacc.std, std::sqrt(50.0), 1e-9);  // (5^2 + 5^2) / 1
  const double first = 100 * std::sqrt(0.48);
  const double second = 100 * std::sqrt(0.63);
  EXPECT_NEAR(cell.gm.mean, (first + second) / 2, 1e-9);
  EXPECT_NEAR(cell.gm.std, (second - first) / std::sqrt(2.0), 1e-9);
}

TEST(Table, ShowsTheSelectedEpoch) {
  const StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {80, 60})});
  EXPECT_NEAR(make_table(results, {Selection::last}).cells[0][0].bacc.mean, 70.0, 1e-9);
  EXPECT_NEAR(make_table(results, {Selection::best}).cells[0][0].bacc.mean, 69.5, 1e-9);
}

/// A table of ERM: recalls of 81 and 64 %, and a third class without test samples.
ResultTable untested_table(const TableOptions& options) {
  StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {81, 64, 0})});
  for (int k = 0; k < 3; ++k) results.trials[0].record->last.test.at(2, k) = 0;
  return make_table(results, options);
}

TEST(Table, AveragesOverTheClassesThatAreTestedAndNamesTheOthers) {
  TableOptions options;
  options.metrics = {"bacc", "gm", "last_third"};
  const ResultTable table = untested_table(options);
  const TableCell& cell = table.cells[0][0];
  EXPECT_NEAR(cell.bacc.mean, 72.5, 1e-9);
  EXPECT_NEAR(cell.gm.mean, 72.0, 1e-9);
  EXPECT_EQ(cell.metrics[2].n, 0);  // of the class that is not tested
  EXPECT_EQ(cell.untested, std::set<int>{2});
  const auto is_about = [](const std::string& note) {
    return bool(testing::says(note, {"CIFAR-LT-10 rho=100", "class 2 of 3", "test"}));
  };
  EXPECT_EQ(std::count_if(table.notes.begin(), table.notes.end(), is_about), 1);
  const Json json = Json::parse(to_json(table));
  EXPECT_EQ(json.at("cells").at(0).at("untested"), "2");
  EXPECT_NE(json.at("notes").dump().find("class 2 of 3"), std::string::npos);
}

TEST(Table, SaysNothingOfTestsWhereEveryClassIsTested) {
  const ResultTable table = make_table(pair_with("seed", 1), {});
  EXPECT_TRUE(table.cells[0][0].untested.empty());
  for (const std::string& note : table.notes) EXPECT_EQ(note.find("no test sample"), std::string::npos) << note;
}

TEST(Table, LeavesOutClassesOfZeroRecallOnlyWhenAsked) {
  const StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {81, 64, 0})});
  EXPECT_EQ(make_table(results, {Selection::last, GmKind::zero}).cells[0][0].gm.mean, 0.0);
  EXPECT_NEAR(make_table(results, {Selection::last, GmKind::nonzero}).cells[0][0].gm.mean, 72.0, 1e-9);
}

TableOptions showing(std::vector<std::string> metrics) {
  TableOptions options;
  options.metrics = std::move(metrics);
  return options;
}

TEST(Table, ShowsTheMetricsAskedForInTheirOrder) {
  // Counts are 100, 1 and 1; all logits are 0, so accuracy and confidence are a third.
  const StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {81, 64, 10}),
                                         sample_record("ERM", sample_config("ERM", 1), {83, 64, 0})});
  const std::vector<std::pair<std::string, double>> expected = {
      {"few", (37 + 32) / 2.0},
      {"medium", 82},
      {"bacc", (155.0 / 3 + 49) / 2},
      {"first_third", 82},
      {"middle_third", 64},
      {"last_third", 5},
      {"majority", 82},
      {"minority", 34.5},
      {"accuracy", (155.0 / 3 + 49) / 2},
      {"gm", 100 * std::cbrt(.05184) / 2},
      {"gm_nonzero", 100 * (std::cbrt(.05184) + std::sqrt(.5312)) / 2}};
  std::vector<std::string> names;
  for (const auto& [name, mean] : expected) names.push_back(name);
  const TableCell cell = make_table(results, showing(names)).cells[0][0];
  ASSERT_EQ(cell.metrics.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(cell.metrics[i].n, 2);
    EXPECT_NEAR(cell.metrics[i].mean, expected[i].second, 1e-9) << names[i];
  }
  EXPECT_NEAR(cell.metrics[0].std, 5 / std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(cell.bacc.mean, expected[2].second, 1e-9);
}

TEST(Table, SaysWhichMetricsTrialsLack) {
  const StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {81, 64, 10})});
  const ResultTable table = make_table(results, showing({"many", "few"}));  // the largest class has 100
  EXPECT_EQ(table.cells[0][0].metrics[0].n, 0);
  EXPECT_EQ(table.cells[0][0].bacc.n, 1);
  ASSERT_EQ(table.notes.size(), 1U);
  EXPECT_TRUE(testing::says(table.notes[0], {"ERM on CIFAR-LT-10 rho=100", "1 of 1", "many"}));
  EXPECT_NE(to_markdown(table).find("| - / 37.0 (1) |"), std::string::npos) << to_markdown(table);
}

TEST(Table, ShowsTheCalibrationOfWhatWasRead) {
  StudyResults results = study_of({sample_record("ERM", sample_config("ERM", 0), {81, 64, 10})});
  results.trials[0].record->last.test_calibration.ece = .125;
  EXPECT_NEAR(make_table(results, showing({"ece"})).cells[0][0].metrics[0].mean, 12.5, 1e-9);
  // Three trials answer the first class of three with logits 3, 2 and 1, and a third of the answers are right.
  double sum = 0;
  for (const int logit : {1, 2, 3}) sum += std::exp(logit) / (std::exp(logit) + 2) - 1.0 / 3;
  EXPECT_NEAR(synthetic_table(showing({"ece"})).cells[0][0].metrics[0].mean, 100 * sum / 3, 1e-9);
}

TEST(Table, RefusesMetricsThatAreUnknownOrGivenTwice) {
  EXPECT_TRUE(testing::says(refusal({}, showing({"auc"})), {"'auc'", "bacc, gm"}));
  EXPECT_TRUE(testing::says(refusal({}, showing({"few", "bacc", "few"})), {"'few'", "twice"}));
}

TEST(Table, GathersTheNotesOfItsCellsEachOnce) {
  TableOptions options = showing({"many"});  // the largest class has 100
  options.choose = true;
  const StudyResults results = study_of({sample_record("ours", sample_config("ERM", 0), {81, 64}),
                                         sample_record("ours", sample_config("M2m", 0), {81, 64})});
  const ResultTable table = make_table(results, options);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.cells[0][0].notes, table.cells[1][0].notes);
  EXPECT_EQ(table.notes, table.cells[0][0].notes);
}

TEST(Table, CountsAndNamesTrialsThatAreLacking) {
  const ResultTable table = synthetic_table({});
  ASSERT_EQ(table.rows, (std::vector<std::string>{"ERM", "DRS", "M2m", "M2m, lambda=0 | b", "RS", "ERM again"}));
  ASSERT_EQ(table.columns, (std::vector<std::string>{"CIFAR-LT-10 rho=100", "digits step rho=20"}));
  const TableCell& cell = table.cells[2][0];
  EXPECT_EQ(cell.planned, 4);
  EXPECT_EQ(table.cells[0][0].planned, 3);  // one of them is planned twice
  EXPECT_EQ(table.cells[5][0].bacc.n, 1);
  EXPECT_EQ(cell.bacc.n, 2);
  EXPECT_EQ(cell.diverged, 1);
  EXPECT_EQ(cell.missing, 1);
  EXPECT_EQ(table.cells[2][1].planned, 0);
  EXPECT_EQ(table.cells[4][1].failed, 1);
  ASSERT_EQ(table.incomplete.size(), 3U);
  EXPECT_TRUE(
      testing::says(table.incomplete[0], {"M2m on CIFAR-LT-10 rho=100", "1 of 4", "diverged", "epoch 3 step 41"}));
  EXPECT_TRUE(testing::says(table.incomplete[1], {"M2m on CIFAR-LT-10 rho=100", "1 of 4", "missing"}));
  EXPECT_TRUE(testing::says(table.incomplete[2], {"RS on digits", "step rho=20", "1 of 1", "failed"}));
}

TEST(Table, OfAStudyWithoutResultsNamesEveryTrial) {
  StudyResults results;
  results.trials.push_back(
      {planned(sample_record("ERM", sample_config("ERM", 0), {1, 1})), results::TrialStatus::missing, "", {}});
  const ResultTable table = make_table(results, {});
  EXPECT_EQ(table.cells[0][0].bacc.n, 0);
  EXPECT_EQ(table.incomplete.size(), 1U);
  EXPECT_NE(to_markdown(table).find("- (0*)"), std::string::npos);
  EXPECT_TRUE(testing::says(to_markdown(make_table({}, {})), {"no trials"}));
}

TEST(Table, RefusesToMixNumericsVersions) {
  StudyResults results = pair_with("seed", 1);
  results.trials.push_back(study_of({sample_record("M2m", sample_config("M2m", 2), {1, 1})}).trials[0]);
  results.trials[1].record->identity["numerics"] = numerics_version + 1;
  const std::string id = results.trials[1].record->id.substr(0, 4);
  EXPECT_TRUE(testing::says(refusal(results), {"M2m on CIFAR-LT-10 rho=100", "trials/" + id + "../result.h5",
                                               "numerics " + std::to_string(numerics_version + 1),
                                               std::to_string(numerics_version), "two programs", "--allow-mixed"}));
}

TEST(Table, RefusesToMixPrecisionsValidationModesAndProtocols) {
  EXPECT_NE(refusal(pair_with("train.precision", "float64")).find("train.precision = float"), std::string::npos);
  EXPECT_NE(refusal(pair_with("data.validation", "none")).find("data.validation = "), std::string::npos);
  EXPECT_NE(refusal(pair_with("protocol", "paper")).find("two protocols"), std::string::npos);
}

TEST(Table, RefusesToMixFusedStepsWithOthersButNotEagerOnesWithRecordedOnes) {
  StudyResults results = pair_with("seed", 2);
  results.trials[0].record->environment["executor"] = "graph";
  results.trials[1].record->environment["executor"] = "eager";
  EXPECT_EQ(refusal(results), "");
  results.trials[1].record->environment["executor"] = "fused";
  EXPECT_TRUE(testing::says(refusal(results), {"train.executor", "fused", "--allow-mixed"}));
  results.trials[1].record->environment["executor"] = "eager, then fused";  // of a trial that was resumed
  EXPECT_TRUE(testing::says(refusal(results), {"train.executor", "eager, then fused", "--allow-mixed"}));
  results.trials[1].record->environment["executor"] = "eager";
  results.trials[0].record->data["g"]["executor"] = "graph";
  EXPECT_EQ(refusal(results), "");
  results.trials[1].record->data["g"]["executor"] = "fused evaluation";
  EXPECT_TRUE(testing::says(refusal(results), {"g", "train.executor", "fused evaluation", "--allow-mixed"}));
}

TEST(Table, RefusesToMixTrainingsButNotSeeds) {
  EXPECT_NE(refusal(pair_with("m2m.beta", 0.99)).find("m2m.beta = "), std::string::npos);
  EXPECT_NE(refusal(pair_with("train.epochs", 100)).find("different trainings"), std::string::npos);
  EXPECT_EQ(refusal(pair_with("seeds.order", 9)), "");
}

TEST(Table, RefusesToMixOriginsOfGButNotTheGsOfSeeds) {
  StudyResults results = pair_with("seed", 1);
  results.trials[0].record->identity["g"] = {{"stage", "aaaa"}, {"pick", "best"}};
  results.trials[1].record->identity["g"] = {{"stage", "bbbb"}, {"pick", "best"}};
  EXPECT_EQ(refusal(results), "");
  results.trials[1].record->identity["g"] = {{"stage", "bbbb"}, {"pick", "last"}};
  EXPECT_NE(refusal(results).find("has g = "), std::string::npos);
  results.trials[1].record->identity["g"] = {{"file", "cccc"}};
  EXPECT_NE(refusal(results).find("has g = "), std::string::npos);
}

TEST(Table, MixesWhenToldToAndSaysSo) {
  const ResultTable table = make_table(pair_with("m2m.beta", 0.99), {Selection::last, GmKind::zero, true});
  EXPECT_EQ(table.cells[0][0].bacc.n, 2);
  EXPECT_TRUE(testing::says(table.notes.front(), {"--allow-mixed", "M2m on CIFAR-LT-10 rho=100"}));
}

TEST(Table, WithoutAnyBestEpochPointsToTheLast) {
  Config config = sample_config("ERM", 0);
  config.set("data.validation", "none");
  EXPECT_NE(refusal(study_of({sample_record("ERM", config, {1, 2})}), {Selection::best}).find("--select last"),
            std::string::npos);
}

TEST(DataSetting, HasTheFieldsName) {
  Config config = sample_config("ERM", 0);
  EXPECT_EQ(settings::data_title(config), "CIFAR-LT-10 rho=100");
  config.set("data.imbalance", "step");
  config.set("data.ratio", 12.5);
  config.set("data.subset", "random");
  config.set("data.largest", 250);
  EXPECT_EQ(settings::data_title(config), "CIFAR-10 step rho=12.5, N_1=250, random subset");
  config = sample_config("ERM", 0);
  config.set("data.set", "cifar100");
  config.set("data.imbalance", "none");
  EXPECT_EQ(settings::data_title(config), "CIFAR-100 balanced");
  config.set("data.set", "reuters36");
  config.set("data.imbalance", "own");
  EXPECT_EQ(settings::data_title(config), "Reuters-36");
}

}  // namespace
}  // namespace m2m::report
