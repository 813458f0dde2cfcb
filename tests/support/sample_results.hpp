#pragma once
// Synthetic trials for tests of results and reports.
#include <cstdint>
#include <string>

#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "results/study_results.hpp"

namespace m2m::testing {

/// The sizes of a random record.
struct RecordShape {
  int classes = 10;
  int epochs = 3;
  int samples = 50;        // of the test set; half as many validate
  bool validation = true;  // false: no validation set, no best epoch
  bool translates = true;  // the last epoch has generation counts
};

/// A record of random numbers, some of them not measured. Logits are float16 numbers. Deterministic by `seed`.
results::TrialRecord random_record(std::uint32_t seed, const RecordShape& shape = {});

/// Expects that all members are equal; NaN equals NaN.
void expect_equal(const results::TrialRecord& got, const results::TrialRecord& expected);
/// Expects that all members are equal; NaN equals NaN.
void expect_equal(const results::EpochRecord& got, const results::EpochRecord& expected);

/// The resolved settings of a synthetic trial, which tests may change.
Config sample_config(const std::string& method, int seed);

/// A trial with these settings. Its confusion matrix on test has 100 samples per class and `hits` on its diagonal;
/// `best` has one hit less in class 0. The id depends on label and settings.
results::TrialRecord sample_record(const std::string& label, const Config& config, const std::vector<int>& hits);

/// The planned trial of a record.
results::PlannedTrial planned(const results::TrialRecord& record);

}  // namespace m2m::testing
