// Settings chosen by validation: which one, of how many, and the notes on the others.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "report/table_formats.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {

using results::StudyResults;
using results::TrialStatus;

namespace {

using testing::chosen;
using testing::done;
using testing::m2m_config;
using testing::matrix;
using testing::not_done;
using testing::sample_config;
using testing::two_betas;
using testing::with;

std::string refusal(const StudyResults& results, TableOptions options = {}) {
  return testing::complaint([&] { chosen(results, options); }, ExitCode::usage);
}

/// A study in which class 1 has no validation sample.
StudyResults one_class_validated() {
  StudyResults results = two_betas();
  for (results::TrialOutcome& trial : results.trials) {
    for (int k = 0; k < 2; ++k) trial.record->last.validation.at(1, k) = 0;
  }
  return results;
}

TEST(Choice, IsByTheClassesThatAreValidatedAndNamesTheOthers) {
  const ResultTable table = chosen(one_class_validated());
  EXPECT_NEAR(table.cells[0][0].choice->bacc.mean, 70, 1e-9);  // of 7 and 7 hits in 10 of class 0
  EXPECT_TRUE(testing::says(table.notes, {"CIFAR-LT-10 rho=100", "class 1 of 2", "validation"}));
  EXPECT_FALSE(testing::says(chosen(two_betas()).notes, {"validation sample"}));
}

TEST(Choice, IsMadeByValidationAlthoughAnotherSettingIsBetterOnTest) {
  const ResultTable table = chosen(two_betas());
  ASSERT_EQ(table.rows, (std::vector<std::string>{"M2m", "ERM"}));
  const TableCell& cell = table.cells[0][0];
  ASSERT_TRUE(cell.choice);
  EXPECT_EQ(cell.choice->label, "M2m, beta=0.99");
  EXPECT_EQ(cell.choice->settings, 2);
  EXPECT_NEAR(cell.choice->bacc.mean, 77.5, 1e-9);  // of 75 and 80
  EXPECT_NEAR(cell.choice->gm.mean, 100 * (std::sqrt(.56) + std::sqrt(.63)) / 2, 1e-9);
  EXPECT_TRUE(cell.choice->complete);
  EXPECT_EQ(cell.planned, 2);
  EXPECT_NEAR(cell.bacc.mean, 75.25, 1e-9);  // of 75 and 75.5
  EXPECT_EQ(table.cells[1][0].choice->settings, 1);
  EXPECT_TRUE(table.incomplete.empty());
}

TEST(Choice, WithoutBeingAskedForLeavesARowALabel) {
  const ResultTable table = make_table(two_betas(), {});
  EXPECT_EQ(table.rows.size(), 3U);
  EXPECT_FALSE(table.cells[0][0].choice);
  EXPECT_EQ(to_csv(table).find("chosen"), std::string::npos);
}

TEST(Choice, GoesByTheSelectedEpoch) {
  StudyResults results = two_betas();
  for (results::TrialOutcome& trial : results.trials) {
    if (trial.planned.label == "M2m, beta=0.9") trial.record->best->validation = matrix({10, 10}, {10, 10});
  }
  EXPECT_EQ(chosen(results).cells[0][0].choice->label, "M2m, beta=0.99");
  const TableCell best = chosen(results, {Selection::best}).cells[0][0];
  EXPECT_EQ(best.choice->label, "M2m, beta=0.9");
  EXPECT_NEAR(best.choice->bacc.mean, 100, 1e-9);
  EXPECT_NEAR(best.bacc.mean, 89.5, 1e-9);
}

TEST(Choice, OfATieIsTheFirstInTheOrderOfTheStudy) {
  StudyResults results;
  // The same three values in another order: their means differ in the last digit alone.
  const std::vector<std::vector<int>> one_order = {{0, 1}, {1, 2}, {1, 10}};
  const std::vector<std::vector<int>> other_order = {{1, 10}, {1, 2}, {0, 1}};
  for (int seed = 0; seed < 3; ++seed) {
    results.trials.push_back(done({"M2m, beta=0.99", m2m_config(.99, seed), {80, 80}, one_order[seed]}));
    results.trials.push_back(done({"M2m, beta=0.9", m2m_config(.9, seed), {90, 90}, other_order[seed]}));
  }
  EXPECT_EQ(chosen(results).cells[0][0].choice->label, "M2m, beta=0.99");
  std::swap(results.trials[0], results.trials[1]);
  EXPECT_EQ(chosen(results).cells[0][0].choice->label, "M2m, beta=0.9");
}

TEST(Choice, IsMadeOnEachDataSettingByItself) {
  StudyResults results = two_betas();
  for (const auto& [label, beta, hits] :
       {std::tuple{"M2m, beta=0.9", .9, 9}, std::tuple{"M2m, beta=0.99", .99, 5}}) {
    results.trials.push_back(done({label, with(m2m_config(beta, 0), "data.ratio", 10.0), {90, 90}, {hits, hits}}));
  }
  const ResultTable table = chosen(results);
  ASSERT_EQ(table.columns, (std::vector<std::string>{"CIFAR-LT-10 rho=100", "CIFAR-LT-10 rho=10"}));
  EXPECT_EQ(table.cells[0][0].choice->label, "M2m, beta=0.99");
  EXPECT_EQ(table.cells[0][1].choice->label, "M2m, beta=0.9");
  EXPECT_FALSE(table.cells[1][1].planned);
  const std::string text = to_markdown(table);
  EXPECT_NE(text.find(" CIFAR-LT-10 rho=10, setting "), std::string::npos) << text;
  EXPECT_NE(text.find("| M2m, beta=0.9: chosen of 2 on validation "), std::string::npos) << text;
  EXPECT_NE(text.find("| M2m, beta=0.99: chosen of 2 on validation "), std::string::npos) << text;
}

TEST(Choice, GroupsNamedLabelsByTheirMethodAndCountsATrialOnce) {
  StudyResults results = two_betas();
  results.trials.push_back(done({"ours, tuned", m2m_config(.999, 0), {50, 50}, {10, 10}}));
  results.trials.push_back(results.trials.back());
  results.trials.back().planned.label = "ours, tuned, again";
  const ResultTable table = chosen(results);
  EXPECT_EQ(table.rows, (std::vector<std::string>{"M2m", "ERM"}));
  EXPECT_EQ(table.cells[0][0].choice->label, "ours, tuned");
  EXPECT_EQ(table.cells[0][0].choice->settings, 3);
}

TEST(Choice, MarksAChosenSettingThatLacksTrialsAndNamesThem) {
  StudyResults results = two_betas();
  results.trials.push_back(not_done("M2m, beta=0.99", m2m_config(.99, 2), TrialStatus::diverged));
  results.trials.push_back(not_done("M2m, beta=0.9", m2m_config(.9, 2), TrialStatus::missing));
  const ResultTable table = chosen(results);
  const TableCell& cell = table.cells[0][0];
  EXPECT_EQ(cell.choice->label, "M2m, beta=0.99");
  EXPECT_EQ(cell.choice->planned, 3);
  EXPECT_FALSE(cell.choice->complete);
  EXPECT_EQ(cell.diverged, 1);
  EXPECT_EQ(cell.missing, 0);  // those of the chosen setting
  EXPECT_TRUE(testing::says(table.incomplete, {"M2m, beta=0.99 on CIFAR-LT-10 rho=100", "1 of 3", "diverged"}));
  EXPECT_TRUE(testing::says(table.incomplete, {"M2m, beta=0.9 on CIFAR-LT-10 rho=100", "1 of 3", "missing"}));
  EXPECT_NE(to_markdown(table).find("| 77.5 +- 3.5 / 77.1 +- 3.2 (2*) "), std::string::npos) << to_markdown(table);
}

TEST(Choice, PassesOverSettingsWithoutAValidationResultButCountsThem) {
  StudyResults results = two_betas();
  results.trials.push_back(not_done("M2m, beta=0.999", m2m_config(.999, 0), TrialStatus::failed));
  Config none = with(m2m_config(.5, 0), "data.validation", "none");
  results.trials.push_back(done({"M2m, beta=0.5", none, {99, 99}, {}}));
  const ResultTable table = chosen(results);
  EXPECT_EQ(table.cells[0][0].choice->label, "M2m, beta=0.99");
  EXPECT_EQ(table.cells[0][0].choice->settings, 4);
  for (const char* label : {"M2m, beta=0.999", "M2m, beta=0.5"}) {
    EXPECT_TRUE(testing::says(table.incomplete, {std::string(label) + " on CIFAR-LT-10 rho=100", "validation"}));
  }
}

TEST(Choice, OfNothingThatIsDoneIsNone) {
  StudyResults results;
  results.trials.push_back(not_done("M2m, beta=0.9", m2m_config(.9, 0), TrialStatus::missing));
  results.trials.push_back(not_done("M2m, beta=0.99", m2m_config(.99, 0), TrialStatus::failed));
  const ResultTable table = chosen(results);
  const TableCell& cell = table.cells[0][0];
  EXPECT_EQ(cell.choice->label, "");
  EXPECT_EQ(cell.planned, 2);
  EXPECT_EQ(cell.failed, 1);
  EXPECT_EQ(cell.missing, 1);
  EXPECT_NE(to_markdown(table).find("| - (0*) | - (0*)               | none chosen of 2 |"), std::string::npos)
      << to_markdown(table);
  EXPECT_TRUE(Json::parse(to_json(table)).at("cells").at(0).at("chosen").is_null());
}

TEST(Choice, IsRefusedWhereNothingValidates) {
  const Config config = with(sample_config("ERM", 0), "data.validation", "none");
  StudyResults results;
  results.trials.push_back(done({"ERM", config, {1, 2}, {}}));
  EXPECT_TRUE(testing::says(refusal(results), {"--choose", "validation set"}));
  results.trials = {not_done("ERM", config, TrialStatus::missing)};
  EXPECT_TRUE(testing::says(refusal(results), {"--choose", "validation set"}));
  EXPECT_EQ(refusal({}), "");
}

TEST(Choice, IsRefusedBetweenValidationSets) {
  StudyResults results = two_betas();
  const Config other = with(m2m_config(.999, 0), "data.validation", "train-holdout");
  results.trials.push_back(done({"M2m, beta=0.999", other, {90, 90}, {10, 10}}));
  EXPECT_TRUE(testing::says(refusal(results), {"by train-holdout", "others by test-head"}));
  TableOptions mixed;
  mixed.allow_mixed = true;
  EXPECT_TRUE(testing::says(chosen(results, mixed).notes, {"--allow-mixed", "M2m on CIFAR-LT-10 rho=100"}));
}

TEST(Choice, StillRefusesToAverageDifferentTrainingsUnderOneLabel) {
  StudyResults results = two_betas();
  results.trials.push_back(done({"M2m, beta=0.9", m2m_config(.8, 5), {90, 90}, {1, 1}}));
  EXPECT_NE(refusal(results).find("m2m.beta = 0.8"), std::string::npos) << refusal(results);
}

results::TrialOutcome post_hoc(int seed, double tau, int tried) {
  results::TrialOutcome outcome = done({"tau-norm", sample_config("tau-norm", seed), {70, 70}, {7, 7}});
  outcome.record->data["post_hoc"] = {{"last", {{"tau", tau}, {"tried", tried}}},
                                      {"best", {{"tau", 2.0}, {"tried", tried}}}};
  return outcome;
}

TEST(Choice, CountsTheValuesThatAPostHocMethodTried) {
  StudyResults results = two_betas();
  for (const auto& [seed, tau] : {std::pair{0, 1.2}, std::pair{1, .8}, std::pair{2, 1.0}}) {
    results.trials.push_back(post_hoc(seed, tau, 21));
  }
  const ResultTable table = chosen(results);
  const Choice& choice = *table.cells[2][0].choice;
  EXPECT_EQ(choice.settings, 21);
  EXPECT_EQ(choice.tau->min, .8);
  EXPECT_EQ(choice.tau->max, 1.2);
  EXPECT_NE(to_markdown(table).find("| tau-norm, tau 0.8 to 1.2 of 21: chosen of 21 on validation |"),
            std::string::npos)
      << to_markdown(table);
  EXPECT_EQ(chosen(results, {Selection::best}).cells[2][0].choice->tau->min, 2.0);
  results.trials.push_back(done({"tau-norm, lr=1", with(sample_config("tau-norm", 0), "lr", 1), {1, 1}, {1, 1}}));
  EXPECT_EQ(chosen(results).cells[2][0].choice->settings, 22);  // the other label has no tau
}

TEST(Choice, DoesNotShowATauThatWasGiven) {
  StudyResults results;
  results.trials.push_back(post_hoc(0, 1.5, 1));
  EXPECT_EQ(chosen(results).cells[0][0].choice->settings, 1);
  EXPECT_NE(to_markdown(chosen(results)).find("| tau-norm: the only setting |"), std::string::npos);
}

TEST(Choice, CountsATemperatureThatWasFittedAsOneSetting) {
  StudyResults results;
  results.trials.push_back(done({"ERM-TS", sample_config("ERM-TS", 0), {70, 70}, {7, 7}}));
  results.trials.back().record->data["post_hoc"] = {{"last", {{"temperature", 1.5}}}};
  const Choice choice = *chosen(results).cells[0][0].choice;
  EXPECT_EQ(choice.settings, 1);
  EXPECT_FALSE(choice.tau.has_value());
}

TEST(Choice, IsTheSameInEveryFormat) {
  const ResultTable table = chosen(two_betas());
  const std::string setting = "M2m, beta=0.99: chosen of 2 on validation";
  EXPECT_NE(to_markdown(table).find("| 75.2 +- 0.4 / 75.1 +- 0.4 (2) | 77.5 +- 3.5 / 77.1 +- 3.2 (2) | " + setting),
            std::string::npos)
      << to_markdown(table);
  EXPECT_NE(to_latex(table).find("M2m & 75.2 $\\pm$ 0.4 / 75.1 $\\pm$ 0.4 (2) & "
                                 "77.5 $\\pm$ 3.5 / 77.1 $\\pm$ 3.2 (2) & " +
                                 setting),
            std::string::npos)
      << to_latex(table);
  const Json json = Json::parse(to_json(table)).at("cells").at(0);
  EXPECT_EQ(json.at("method"), "M2m");
  EXPECT_EQ(json.at("chosen"), "M2m, beta=0.99");
  EXPECT_EQ(json.at("settings_tried"), 2);
  EXPECT_NEAR(json.at("validation_bacc").get<double>(), 77.5, 1e-9);
  EXPECT_NEAR(json.at("bacc_mean").get<double>(), 75.25, 1e-9);
}

TEST(Choice, WritesTheSameColumnsAsCsvAndJson) {
  const ResultTable table = chosen(two_betas());
  const std::string csv = to_csv(table);
  std::string header;
  std::string line;
  const Sheet numbers = to_sheet(table);
  const std::vector<Json>& erm = numbers.rows.back();
  for (std::size_t c = 0; c < numbers.columns.size(); ++c) {
    header += (c == 0 ? "" : ",") + numbers.columns[c].name;
    line += (c == 0 ? "" : ",") + (erm[c].is_null()     ? ""
                                   : erm[c].is_string() ? erm[c].get<std::string>()
                                                        : erm[c].dump());
  }
  EXPECT_EQ(csv.substr(0, csv.find('\n')), header);
  EXPECT_NE(header.find(",chosen,settings_tried,"), std::string::npos);
  EXPECT_NE(header.find(",validation_bacc,validation_bacc_std,"), std::string::npos);
  EXPECT_NE(csv.find("\n" + line + "\n"), std::string::npos) << csv;  // ERM's, where no text has a comma
  EXPECT_NE(csv.find(",\"M2m, beta=0.99\",2,2,2,true,77.5,"), std::string::npos) << csv;
}

}  // namespace
}  // namespace m2m::report
