#pragma once
// Synthetic studies whose settings are chosen by validation.
#include <string>
#include <vector>

#include "report/table.hpp"

namespace m2m::testing {

/// Makes a confusion matrix: hits[k] of samples[k] in class k are right, the others go to the next class.
Confusion matrix(const std::vector<int>& hits, const std::vector<int>& samples);

/// What determines a synthetic trial.
struct SyntheticTrial {
  std::string label;
  Config config;
  std::vector<int> test;        // hits of 100 samples per class
  std::vector<int> validation;  // hits of 10 samples per class, at the last and the best epoch
};

/// Makes a trial with a result.
results::TrialOutcome done(const SyntheticTrial& trial);

/// Makes a trial without a result.
results::TrialOutcome not_done(const std::string& label, const Config& config, results::TrialStatus status);

/// Returns the settings with another value of `setting`.
Config with(Config config, const std::string& setting, const Json& value);

/// Settings of M2m with this m2m.beta.
Config m2m_config(double beta, int seed);

/// Two seeds of beta=0.9, better on test, and two of beta=0.99, better on validation; ERM has one setting.
results::StudyResults two_betas();

/// Makes the table with options.choose.
report::ResultTable chosen(const results::StudyResults& results, report::TableOptions options = {});

}  // namespace m2m::testing
