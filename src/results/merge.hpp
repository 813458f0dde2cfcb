#pragma once
// results.h5: every trial of a study in one file, made from the trials' own files.
#include <filesystem>
#include <string>
#include <vector>

#include "results/output_folder.hpp"

namespace m2m::results {

struct MergeSummary {
  std::filesystem::path file;
  int done = 0, failed = 0, diverged = 0, missing = 0;
  std::vector<std::string> remarks;  // a sentence for each failed or diverged trial, and for results left out
  std::vector<std::string> damaged;  // ids of the failed trials whose result.h5 is there and cannot be read
};

/// Makes results.h5 anew from the result.h5 of every planned trial; the layout is in results/README.md.
///
/// Local: one process at a time. One trial is in memory at a time. A missing, failed or damaged trial is named in
/// the file and in the summary; results that study.json does not plan are left out and named. Throws Error: as
/// read_output_folder; input_output where results.h5 cannot be written.
MergeSummary merge_results(const OutputFolder& folder);

}  // namespace m2m::results
