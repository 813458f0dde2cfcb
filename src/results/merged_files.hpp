#pragma once
// merged.json: size and SHA-256 of results.h5 and of the files that it was made from. What still has them need not
// be read as HDF5 again.
#include <filesystem>
#include <optional>
#include <string>

#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "results/study_results.hpp"

namespace m2m::results {

/// The path of merged.json.
std::filesystem::path merged_files(const OutputFolder& folder);

/// The facts of the files that a merge reads, by path in the output folder: study.json, and of each planned trial
/// result.h5 or, if there is none, failure.json. A file is absent if it is missing. Reads all of them. Local.
Json facts_of_sources(const OutputFolder& folder, const PlannedStudy& study);

/// True if merged.json says that this build of the program made results.h5, as it is, from `sources`. False without
/// a readable merged.json. Reads results.h5. Local.
bool is_merged_from(const Json& sources, const OutputFolder& folder);

/// Writes merged.json after a merge that could read each result in `sources`. merged: the facts of the results.h5
/// that the merge has written. Throws WriteError.
void write_merged_files(const Json& merged, const Json& sources, const OutputFolder& folder);

/// Finds damage in the results of an output folder. Knows by merged.json those that a merge has read completely.
class ResultChecker {
 public:
  /// Reads merged.json, if there is one.
  explicit ResultChecker(OutputFolder folder);

  /// The damage of the result of a trial, as damage_of_result finds it. A result that a merge has read is only
  /// compared with its size and, in a thorough look, with its SHA-256. Local. Throws Error as damage_of_result.
  std::optional<Damage> damage(const std::string& id, Look look) const;

 private:
  OutputFolder folder_;
  Json known_;  // facts_of_sources of the last merge
};

}  // namespace m2m::results
