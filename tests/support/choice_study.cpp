#include "support/choice_study.hpp"

#include "support/sample_results.hpp"

namespace m2m::testing {

Confusion matrix(const std::vector<int>& hits, const std::vector<int>& samples) {
  const int classes = static_cast<int>(hits.size());
  Confusion confusion(classes);
  for (int k = 0; k < classes; ++k) {
    confusion.at(k, k) += hits[k];
    confusion.at(k, (k + 1) % classes) += samples[k] - hits[k];
  }
  return confusion;
}

results::TrialOutcome done(const SyntheticTrial& trial) {
  results::TrialRecord record = sample_record(trial.label, trial.config, trial.test);
  const Confusion validation = matrix(trial.validation, std::vector<int>(trial.validation.size(), 10));
  if (record.best) record.best->validation = record.last.validation = validation;
  return {planned(record), results::TrialStatus::done, "", record};
}

results::TrialOutcome not_done(const std::string& label, const Config& config, results::TrialStatus status) {
  return {planned(sample_record(label, config, {1, 1})), status, "", std::nullopt};
}

Config with(Config config, const std::string& setting, const Json& value) {
  config.set(setting, value);
  return config;
}

Config m2m_config(double beta, int seed) { return with(sample_config("M2m", seed), "m2m.beta", beta); }

results::StudyResults two_betas() {
  results::StudyResults results;
  for (int seed = 0; seed < 2; ++seed) {
    results.trials.push_back(done({"M2m, beta=0.9", m2m_config(.9, seed), {90, 90}, {6, 7}}));
    results.trials.push_back(done({"M2m, beta=0.99", m2m_config(.99, seed), {80, 70 + seed}, {7, 8 + seed}}));
    results.trials.push_back(done({"ERM", sample_config("ERM", seed), {95, 95}, {9, 9}}));
  }
  return results;
}

report::ResultTable chosen(const results::StudyResults& results, report::TableOptions options) {
  options.choose = true;
  return report::make_table(results, options);
}

}  // namespace m2m::testing
