#pragma once
// What a stage reports: its progress, its summary, and the record of a trial.
#include <chrono>
#include <string>

#include "core/machine.hpp"
#include "core/metrics.hpp"
#include "results/record.hpp"
#include "stages/execution.hpp"
#include "study/stage.hpp"
#include "train/trial.hpp"

namespace m2m::stages {

/// Start of a stage, as UTC text and on the steady clock.
struct StartTime {
  std::string utc = utc_now();
  std::chrono::steady_clock::time_point time = std::chrono::steady_clock::now();
};

/// Progress after an epoch. Pure.
study::Progress to_progress(const results::EpochRecord& record);

/// " over 2 of 3 classes" if some classes have no test sample, else "". Pure.
std::string over_tested(const Confusion& test);

/// One line with bACC and GM of a finished trial.
std::string trial_summary(const train::Trial& trial);

/// One line with epochs and validation bACC of a finished prefix.
std::string prefix_summary(const train::Trial& trial);

/// Record of a trained trial, without its provenance. Local.
results::TrialRecord make_record(train::Trial& trial, const train::LoadedData& data,
                                 const train::TrialSettings& settings);

/// Adds id, label, settings and provenance to the record.
void add_provenance(results::TrialRecord& record, const StageJob& job, const StartTime& start_time);

}  // namespace m2m::stages
