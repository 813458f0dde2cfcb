// Two labels compared seed by seed.
#include "report/paired.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "report/choice_study.hpp"
#include "support/sample_results.hpp"

namespace m2m {
namespace {

using testing::done;
using testing::sample_config;
using testing::with;

/// A trial whose bACC is `hits` % in each of ten classes.
TrialOutcome trial(const std::string& label, int seed, int hits, const std::string& precision = "float32") {
  const Config config = with(sample_config(label, seed), "train.precision", precision);
  return done({label, config, std::vector<int>(10, hits), std::vector<int>(10, 5)});
}

/// M2m against ERM: by 4, 2, 3, -1 and 2 points; a sixth seed of M2m alone.
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
  try {
    compare_paired(results, a, b, "bacc", {});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

TEST(StudentQuantile, IsThatOfTheTables) {
  EXPECT_DOUBLE_EQ(student_quantile(1), 12.706);
  EXPECT_DOUBLE_EQ(student_quantile(4), 2.776);
  EXPECT_NEAR(student_quantile(31), 2.0395, 2e-4);
  EXPECT_NEAR(student_quantile(120), 1.9799, 1e-4);
  EXPECT_NEAR(student_quantile(100000), 1.95996, 1e-4);
}

TEST(SignTest, CountsSplitsAtLeastAsUneven) {
  EXPECT_DOUBLE_EQ(sign_test(6, 0), 2.0 / 64);
  EXPECT_DOUBLE_EQ(sign_test(0, 6), 2.0 / 64);
  EXPECT_DOUBLE_EQ(sign_test(7, 1), 2.0 * (1 + 8) / 256);
  EXPECT_DOUBLE_EQ(sign_test(3, 3), 1.0);
  EXPECT_DOUBLE_EQ(sign_test(0, 0), 1.0);
}

TEST(ComparePaired, TakesDifferencesSeedBySeed) {
  const std::vector<PairedDifference> lines = compare_paired(five_pairs(), "M2m", "ERM", "bacc", {});
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
  const PairedDifference line = compare_paired(results, "M2m", "ERM", "bacc", {}).front();
  EXPECT_EQ(line.n, 1);
  EXPECT_TRUE(std::isnan(line.low));
  EXPECT_TRUE(paired_json({line}, "M2m", "ERM", "bacc").at("lines").at(0).at("low").is_null());
}

TEST(ComparePaired, SaysTheSameToPeopleAndPrograms) {
  const auto lines = compare_paired(five_pairs(), "M2m", "ERM", "bacc", {});
  const std::string text = paired_markdown(lines, "M2m", "ERM", "bACC");
  EXPECT_NE(text.find("| 5 | 72.60 | 70.60 | +2.00 | -0.32 to +4.32 | 4 / 1 / 0 | n too small |"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("left out for want of the other: 1 of M2m, 0 of ERM"), std::string::npos) << text;
  const Json line = paired_json(lines, "M2m", "ERM", "bacc").at("lines").at(0);
  EXPECT_NEAR(line.at("difference").get<double>(), 2, 1e-9);
  EXPECT_TRUE(line.at("sign_test").is_null());
}

TEST(ComparePaired, RefusesUnknownLabelsMixturesAndNothingInCommon) {
  EXPECT_NE(refusal(five_pairs(), "M2n", "ERM").find("did you mean 'M2m'?"), std::string::npos);
  StudyResults apart;
  apart.name = "apart";
  apart.trials = {trial("M2m", 0, 74), trial("ERM", 1, 70)};
  EXPECT_NE(refusal(apart, "M2m", "ERM").find("no seed has a result of both"), std::string::npos);
  StudyResults mixed;
  mixed.trials = {trial("M2m", 0, 74, "bf16"), trial("ERM", 0, 70), trial("ERM", 1, 70), trial("M2m", 1, 70)};
  EXPECT_NE(refusal(mixed, "M2m", "ERM").find("train.precision"), std::string::npos);
}

}  // namespace
}  // namespace m2m
