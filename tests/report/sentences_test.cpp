// One refusal and one note of each kind, quoted whole; all other tests look for data only.
#include <gtest/gtest.h>

#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::m2m_config;

/// Three trials of one label, the third with another m2m.beta.
results::StudyResults mixed() {
  results::StudyResults results;
  for (int seed = 0; seed < 3; ++seed) {
    const double beta = seed < 2 ? .9 : .8;
    results.trials.push_back(done({"M2m", m2m_config(beta, seed), {90, 90}, {5, 5}}));
  }
  return results;
}

TEST(ReportSentences, NameTheTrialThatDoesNotBelongInAMean) {
  const results::StudyResults results = mixed();
  EXPECT_EQ(testing::complaint([&] { make_table(results, {}); }, ExitCode::usage),
            "M2m on CIFAR-LT-10 rho=100: trials/" + results.trials[2].planned.id.substr(0, 4) +
                "../result.h5 has m2m.beta = 0.8, the others 0.9: these are different trainings, to be shown in "
                "separate rows "
                "or columns; use --allow-mixed if this is intended");
}

TEST(ReportSentences, NameAnOptionsValueAndTheKnownOnes) {
  TableOptions options;
  options.rows = "m2m.pol";
  EXPECT_EQ(
      testing::complaint([&] { make_table(mixed(), options); }, ExitCode::usage),
      "'m2m.pol' is not an axis: expected label, data, or a setting of the trials; results.h5 and config.json list "
      "their settings");
}

TEST(ReportSentences, SayWhatACellLacks) {
  results::StudyResults results = testing::two_betas();
  results.trials.push_back(
      testing::not_done("ERM", testing::sample_config("ERM", 7), results::TrialStatus::diverged));
  const ResultTable table = make_table(results, {});
  ASSERT_EQ(table.incomplete.size(), 1U);
  EXPECT_EQ(table.incomplete[0], "ERM on CIFAR-LT-10 rho=100: 1 of 3 trials diverged: " +
                                     results.trials.back().planned.id.substr(0, 4) + "..");
}

}  // namespace
}  // namespace m2m::report
