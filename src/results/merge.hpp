#pragma once
// Merging: results.h5 holds every trial of a study, copied from the files of the trials.
#include <filesystem>
#include <string>
#include <vector>

#include "results/output_folder.hpp"

namespace m2m::results {

/// The outcome of a merge.
struct MergeSummary {
  std::filesystem::path file;  // results.h5
  int done = 0, failed = 0, diverged = 0, missing = 0;
  std::vector<std::string> remarks;  // a sentence for each failed or diverged trial, and for each result left out
  std::vector<std::string> damaged;  // ids of the failed trials whose result.h5 exists but cannot be read
};

/// Number of results in results.h5 if the folder has no trials/ beside it, else 0. Local. Throws Error as
/// read_results_file does.
std::size_t count_only_merged(const OutputFolder& folder);

/// Throws Error (usage) if results.h5 holds results that no file of a trial has: a merge would lose them, and so
/// would a sweep, which ends with one. Throws Error (bad_data) if it cannot be read and there is no trials/.
void check_loses_nothing(const OutputFolder& folder);

/// Writes results.h5 from the result.h5 of every planned trial; docs/results_format.md describes the layout. Leaves
/// it as it is if it and all files that it is made from have the SHA-256 that merged.json names.
///
/// Holds one trial in memory at a time. The file and the summary name missing, failed and damaged trials. Results
/// that study.json does not plan are left out and named. Local; one process at a time. Throws Error as
/// read_study_of and check_loses_nothing, and input_output if it cannot be written.
MergeSummary merge_results(const OutputFolder& folder);

}  // namespace m2m::results
