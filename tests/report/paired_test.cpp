// Two labels compared seed by seed.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <regex>

#include "core/error.hpp"
#include "report/analyses.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {

using results::StudyResults;
using results::TrialRecord;

namespace {

using testing::done;
using testing::sample_config;
using testing::with;

/// A trial with a recall of `hits` % in each of ten classes.
results::TrialOutcome trial(const std::string& label, int seed, int hits,
                            const std::string& precision = "float32") {
  const Config config = with(sample_config(label, seed), "train.precision", precision);
  return done({label, config, std::vector<int>(10, hits), std::vector<int>(10, 5)});
}

/// M2m minus ERM is 4, 2, 3, -1 and 2 points; M2m has a sixth seed.
StudyResults five_pairs() {
  StudyResults results;
  results.name = "five";
  int seed = 0;
  for (const auto& [m2m, erm] :
       {std::pair{74, 70}, std::pair{72, 70}, std::pair{74, 71}, std::pair{70, 71}, std::pair{73, 71}}) {
    results.trials.push_back(trial("M2m", seed, m2m));
    results.trials.push_back(trial("ERM", seed++, erm));
  }
  results.trials.push_back(trial("M2m", seed, 99));
  return results;
}

std::string refusal(const StudyResults& results, const std::string& a, const std::string& b) {
  return testing::complaint([&] { compare_paired({results, a}, {results, b}, "bacc", {}); }, ExitCode::usage);
}

std::vector<PairedDifference> m2m_against_erm(const StudyResults& results) {
  return compare_paired({results, "M2m"}, {results, "ERM"}, "bacc", {});
}

Json rows_of(const Sheet& sheet) { return Json::parse(format(sheet, Format::json)).at("rows"); }

TEST(ComparePaired, TakesDifferencesSeedBySeed) {
  const std::vector<PairedDifference> lines = m2m_against_erm(five_pairs());
  ASSERT_EQ(lines.size(), 1U);
  const PairedDifference& line = lines.front();
  EXPECT_EQ(line.n, 5);
  EXPECT_EQ(line.only_a, 1);
  EXPECT_EQ(line.only_b, 0);
  EXPECT_NEAR(line.mean_a, 72.6, 1e-9);
  EXPECT_NEAR(line.mean_b, 70.6, 1e-9);
  EXPECT_NEAR(line.difference, 2, 1e-9);
  // Deviations 2, 0, 1, -3, 0: s = sqrt(14 / 4), t(4) = 2.776.
  EXPECT_NEAR(line.high - line.difference, 2.776 * std::sqrt(3.5 / 5), 1e-9);
  EXPECT_NEAR(line.difference - line.low, 2.776 * std::sqrt(3.5 / 5), 1e-9);
  EXPECT_EQ(line.better, 4);
  EXPECT_EQ(line.worse, 1);
  EXPECT_TRUE(line.is_too_small());
}

TEST(ComparePaired, HasNoIntervalOfOnePair) {
  StudyResults results;
  results.trials = {trial("M2m", 0, 74), trial("ERM", 0, 70)};
  const PairedDifference line = m2m_against_erm(results).front();
  EXPECT_EQ(line.n, 1);
  EXPECT_TRUE(std::isnan(line.low));
  EXPECT_TRUE(rows_of(paired_sheet({line}, "M2m", "ERM", "bacc", {})).at(0).at("low").is_null());
}

TEST(ComparePaired, SaysTheSameToPeopleAndPrograms) {
  const Sheet sheet = paired_sheet(m2m_against_erm(five_pairs()), "M2m", "ERM", "bacc", {});
  const std::string text = format(sheet, Format::markdown);
  EXPECT_TRUE(testing::says(text.substr(0, text.find('\n')), {"A = M2m", "B = ERM", "last epoch", "test bACC"}));
  EXPECT_TRUE(std::regex_search(
      text, std::regex("\\| 5 +\\| 72.60 +\\| 70.60 +\\| \\+2.00 +\\| -0.32 +\\| \\+4.32 +\\| 4 +\\| 1 +\\| 0 +"
                       "\\| n too small +\\| 1 +\\| 0 +\\|")))
      << text;
  const Json line = rows_of(sheet).at(0);
  EXPECT_NEAR(line.at("difference").get<double>(), 2, 1e-9);
  EXPECT_EQ(line.at("only_a"), 1);
  EXPECT_TRUE(line.at("sign_test").is_null());
}

TEST(ComparePaired, TakesBFromAnotherStudy) {
  StudyResults m2m = five_pairs(), erm = five_pairs();
  std::erase_if(m2m.trials, [](const results::TrialOutcome& t) { return t.planned.label == "ERM"; });
  const auto lines = compare_paired({m2m, "M2m"}, {erm, "ERM"}, "bacc", {});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().n, 5);
  EXPECT_NEAR(lines.front().difference, 2, 1e-9);
  EXPECT_EQ(compare_paired({m2m, "M2m"}, {erm, "M2m"}, "bacc", {}).front().difference, 0);
}

TEST(ComparePaired, NamesWhatTheTwoDifferInBesidesTheirMethods) {
  const StudyResults results = five_pairs();
  EXPECT_TRUE(unlike_facts({results, "M2m"}, {results, "ERM"}, {}).empty());
  StudyResults longer;
  const Config config = with(sample_config("ERM", 0), "train.epochs", 50);
  longer.trials.push_back(done({"ERM", config, std::vector<int>(10, 70), std::vector<int>(10, 5)}));
  const Config other = with(with(sample_config("ERM", 9), "train.epochs", 50), "recipe.experts", "sade");
  longer.trials.push_back(done({"ERM", other, std::vector<int>(10, 70), std::vector<int>(10, 5)}));  // of no pair
  const std::vector<std::string> remarks = unlike_facts({results, "M2m"}, {longer, "ERM"}, {});
  ASSERT_EQ(remarks.size(), 1U);
  EXPECT_TRUE(testing::says(remarks.front(), {"CIFAR-LT-10 rho=100", "epochs: A has 200, B 50"}));
}

TEST(ComparePaired, RefusesUnknownLabelsMixturesAndNothingInCommon) {
  EXPECT_NE(refusal(five_pairs(), "M2n", "ERM").find("did you mean 'M2m'?"), std::string::npos);
  StudyResults apart;
  apart.name = "apart";
  apart.trials = {trial("M2m", 0, 74), trial("ERM", 1, 70)};
  EXPECT_TRUE(testing::says(refusal(apart, "M2m", "ERM"), {"apart", "no seed", "'M2m'", "'ERM'"}));
  StudyResults mixed;
  mixed.trials = {trial("M2m", 0, 74, "bf16"), trial("ERM", 0, 70), trial("ERM", 1, 70), trial("M2m", 1, 70)};
  EXPECT_NE(refusal(mixed, "M2m", "ERM").find("train.precision"), std::string::npos);
}

/// The refusal to compare A of a study with B of another, whose trials were changed.
std::string refusal_of_other(const std::function<void(TrialRecord&)>& change) {
  const StudyResults ours = five_pairs();
  StudyResults other = five_pairs();
  for (results::TrialOutcome& trial : other.trials) change(*trial.record);
  TableOptions allowing;
  allowing.allow_mixed = true;
  EXPECT_EQ(compare_paired({ours, "M2m"}, {other, "ERM"}, "bacc", allowing).size(), 1U);
  return testing::complaint([&] { compare_paired({ours, "M2m"}, {other, "ERM"}, "bacc", {}); }, ExitCode::usage);
}

TEST(ComparePaired, RefusesStudiesThatDoNotMatch) {
  EXPECT_EQ(refusal_of_other([](TrialRecord&) {}), "");
  const auto names = [](const std::function<void(TrialRecord&)>& change, const std::string& difference) {
    EXPECT_TRUE(testing::says(refusal_of_other(change), {difference, "--allow-mixed"}));
  };
  names([](TrialRecord& t) { t.data["counts"][0] = 99; }, "counts of training");
  names([](TrialRecord& t) { t.identity["data"]["files"] = "others"; }, "data files");
  names([](TrialRecord& t) { t.identity["data"]["train"] = "others"; }, "trained on");
  names([](TrialRecord& t) { t.identity["data"]["test"] = "others"; }, "tested on");
  names([](TrialRecord& t) { t.identity["numerics"] = 99; }, "two programs");
  names([](TrialRecord& t) { t.config["train.precision"] = "bf16"; }, "two precisions");
  names([](TrialRecord& t) { t.environment["executor"] = "fused"; }, "train.executor");
  names([](TrialRecord& t) { t.config["protocol"] = "paper"; }, "two protocols");
  names([](TrialRecord& t) { t.config["data.validation"] = "none"; }, "different test sets");
}

}  // namespace
}  // namespace m2m::report
