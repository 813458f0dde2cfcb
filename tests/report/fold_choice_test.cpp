// Settings chosen by folds of the training set, which are pooled first.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "report/table_formats.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"

namespace m2m::report {
namespace {

using testing::chosen;
using testing::done;
using testing::m2m_config;
using testing::matrix;
using testing::not_done;
using testing::with;

Config fold_config(double beta, int seed, int fold) {
  Config config = with(m2m_config(beta, seed), "data.validation", "fold");
  config.set("data.fold", fold);
  config.set("data.folds", 2);
  return config;
}

results::TrialOutcome fold_of(const std::string& label, const Config& config, const Confusion& validation) {
  results::TrialOutcome outcome = done({label, config, {90, 90}, {1, 1}});
  outcome.record->last.validation = validation;
  return outcome;
}

/// A study whose class 1 has one sample in fold 0 and three in fold 1.
results::StudyResults folded() {
  results::StudyResults results;
  // Recalls 0.8 and 1, 0.6 and 0: bACCs 0.9 and 0.3, mean 0.6; pooled 14 of 20 and 1 of 4: (0.7 + 0.25) / 2.
  results.trials.push_back(fold_of("M2m, beta=0.9", fold_config(.9, 0, 0), matrix({8, 1}, {10, 1})));
  results.trials.push_back(fold_of("M2m, beta=0.9", fold_config(.9, 0, 1), matrix({6, 0}, {10, 3})));
  // Recalls 0.6 and 0, 0.6 and 1: bACCs 0.3 and 0.8, mean 0.55; pooled 12 of 20 and 3 of 4: (0.6 + 0.75) / 2.
  results.trials.push_back(fold_of("M2m, beta=0.99", fold_config(.99, 0, 0), matrix({6, 0}, {10, 1})));
  results.trials.push_back(fold_of("M2m, beta=0.99", fold_config(.99, 0, 1), matrix({6, 3}, {10, 3})));
  return results;
}

TEST(FoldChoice, PoolsTheFoldsOfASeedBeforeItTakesMetrics) {
  const ResultTable table = chosen(folded());
  const TableCell& cell = table.cells[0][0];
  EXPECT_EQ(cell.choice->label, "M2m, beta=0.99");  // the mean of bACCs would choose the other
  EXPECT_EQ(cell.choice->settings, 2);
  EXPECT_EQ(cell.choice->bacc.n, 1);
  EXPECT_EQ(cell.choice->planned, 1);
  EXPECT_TRUE(cell.choice->complete);
  EXPECT_NEAR(cell.choice->bacc.mean, 67.5, 1e-9);
  EXPECT_NEAR(cell.choice->gm.mean, 100 * std::sqrt(.45), 1e-9);
  EXPECT_TRUE(table.incomplete.empty());
}

TEST(FoldChoice, ShowsNoTestResultsOfFolds) {
  const ResultTable table = chosen(folded());
  EXPECT_EQ(table.cells[0][0].bacc.n, 0);
  EXPECT_EQ(table.cells[0][0].planned, 2);
  EXPECT_TRUE(testing::says(table.notes, {"folds", "test results"}));
  EXPECT_EQ(table.notes.size(), 1U);
  EXPECT_NE(to_markdown(table).find(
                "| M2m    |      | 67.5 / 67.1 (1)      | M2m, beta=0.99: chosen of 2 on validation |"),
            std::string::npos)
      << to_markdown(table);
  EXPECT_TRUE(Json::parse(to_json(table)).at("cells").at(0).at("bacc_mean").is_null());
}

TEST(FoldChoice, AveragesThePooledMatricesOfSeeds) {
  results::StudyResults results = folded();
  results.trials.push_back(fold_of("M2m, beta=0.99", fold_config(.99, 1, 0), matrix({10, 1}, {10, 1})));
  results.trials.push_back(fold_of("M2m, beta=0.99", fold_config(.99, 1, 1), matrix({10, 0}, {10, 3})));
  const Choice choice = *chosen(results).cells[0][0].choice;
  EXPECT_EQ(choice.bacc.n, 2);
  EXPECT_NEAR(choice.bacc.mean, (67.5 + 62.5) / 2, 1e-9);
}

TEST(FoldChoice, SaysWhichFoldsASeedLacks) {
  results::StudyResults results = folded();
  results.trials.pop_back();  // not even planned
  results.trials.push_back(not_done("M2m, beta=0.9", fold_config(.9, 7, 0), results::TrialStatus::diverged));
  const ResultTable table = chosen(results);
  EXPECT_TRUE(testing::says(table.incomplete, {"M2m, beta=0.99 on CIFAR-LT-10 rho=100", "seed 0", "fold 1 of 2"}));
  EXPECT_TRUE(
      testing::says(table.incomplete, {"M2m, beta=0.9 on CIFAR-LT-10 rho=100", "seed 7", "folds 0, 1 of 2"}));
  const Choice& choice = *table.cells[0][0].choice;
  EXPECT_EQ(choice.label, "M2m, beta=0.9");
  EXPECT_EQ(choice.planned, 2);
  EXPECT_EQ(choice.bacc.n, 1);
  EXPECT_FALSE(choice.complete);
}

TEST(FoldChoice, LeavesFoldsRefusedInTheOrdinaryTable) {
  EXPECT_TRUE(
      testing::says(testing::complaint([] { make_table(folded(), {}); }, ExitCode::usage), {"folds", "--choose"}));
}

TEST(FoldChoice, RefusesToAddUpFoldsOfDifferentClasses) {
  results::StudyResults results = folded();
  results.trials.back().record->last.validation = matrix({1, 1, 1}, {2, 2, 2});
  EXPECT_THROW(chosen(results), Error);
}

}  // namespace
}  // namespace m2m::report
