#pragma once
// Made-up trials for tests of results and reports.
#include <cstdint>
#include <string>

#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "results/study_results.hpp"

namespace m2m::testing {

struct RecordShape {
  int classes = 10;
  int epochs = 3;
  int samples = 50;        // of the test set; half as many validate
  bool validation = true;  // false: no validation set, no best epoch
  bool translates = true;  // the last epoch has generation counts
};

/// A record of random numbers, some of them not measured; the same for the same seed. Logits are float16 numbers.
results::TrialRecord random_record(std::uint32_t seed, const RecordShape& shape = {});

/// Compares every field; NaN equals NaN.
void expect_equal(const results::TrialRecord& got, const results::TrialRecord& expected);
void expect_equal(const results::EpochRecord& got, const results::EpochRecord& expected);

/// The resolved settings of a made-up trial; later settings are changed by the tests.
Config sample_config(const std::string& method, int seed);

/// A trial of these settings whose test confusion matrix has 100 samples a class and the given hits on its
/// diagonal. best: as last, with one hit less in class 0. The id is drawn from label and settings.
results::TrialRecord sample_record(const std::string& label, const Config& config, const std::vector<int>& hits);

/// Plans the trial of that record.
results::PlannedTrial planned(const results::TrialRecord& record);

}  // namespace m2m::testing
