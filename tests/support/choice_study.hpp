#pragma once
// Made-up studies whose settings are chosen by validation.
#include <string>
#include <vector>

#include "report/table.hpp"

namespace m2m::testing {

/// C_kk = hits[k] of samples[k]; misses go to the next class.
Confusion matrix(const std::vector<int>& hits, const std::vector<int>& samples);

struct Made {
  std::string label;
  Config config;
  std::vector<int> test;        // hits of 100 a class
  std::vector<int> validation;  // hits of 10 a class, at the last and the best epoch
};

results::TrialOutcome done(const Made& made);

/// A trial without a result.
results::TrialOutcome not_done(const std::string& label, const Config& config, results::TrialStatus status);

/// The settings with another value of `field`.
Config with(Config config, const std::string& field, const Json& value);

Config m2m_config(double beta, int seed);

/// Two seeds of beta=0.9, better on test, and two of beta=0.99, better on validation; ERM has one setting.
results::StudyResults two_betas();

/// The table with options.choose.
report::ResultTable chosen(const results::StudyResults& results, report::TableOptions options = {});

}  // namespace m2m::testing
