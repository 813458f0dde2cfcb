#pragma once
// Synthetic results of a problem class, which pass or fail as a test needs.
#include <filesystem>
#include <string>
#include <vector>

#include "bench/class_results.hpp"
#include "bench/problem_class.hpp"
#include "results/study_results.hpp"

namespace m2m::testing {

/// Records of every trial of a class, each with the mean of its window as bACC; they took 10 s each on 2 ranks of a
/// host without a GPU.
std::vector<results::TrialRecord> class_records(const bench::ProblemClass& problem,
                                                const std::string& precision = "float32");

/// The results of a study that plans these records and has them all.
results::StudyResults to_results(const bench::ProblemClass& problem,
                                 const std::vector<results::TrialRecord>& records);

/// Gives a record this bACC on test, in whole %; records of other seeds have other predictions.
void set_bacc(results::TrialRecord& record, int percent);

/// The id of a record after a change of its identity.
void renew_id(results::TrialRecord& record);

/// Facts of a run that took 60 s, with a g for each record that translates, of 5 s each.
bench::RunFacts class_facts(const std::vector<results::TrialRecord>& records);

/// Writes these records as m2m-sweep leaves them: trials, study.json, stages and results.h5.
void write_sweep(const std::filesystem::path& out, const bench::ProblemClass& problem,
                 const std::vector<results::TrialRecord>& records);

}  // namespace m2m::testing
