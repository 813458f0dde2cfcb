#pragma once
// result.h5: one trial's record as a file.
#include <filesystem>
#include <optional>

#include "results/output_folder.hpp"
#include "results/record.hpp"

namespace m2m::results {

enum class RecordParts {
  all,
  metrics,  // all but the bulk: no logits, labels or generation counts; what tables need
};

/// Writes `record`; after a kill at any moment the file is absent, old or whole. results/README.md has the layout.
/// Local. Throws Error: input_output where it cannot be written, internal where the record contradicts itself.
void write_trial(const std::filesystem::path& file, const TrialRecord& record);

/// Reads what write_trial wrote; logits come back rounded to float16.
/// Local. Throws Error: input_output where there is no such file, bad_data where it is not an HDF5 file, of another
/// schema, truncated or damaged.
TrialRecord read_trial(const std::filesystem::path& file, RecordParts parts = RecordParts::all);

/// read_trial, of the trial `id`. Throws Error (bad_data) also where the file holds another one.
TrialRecord read_trial_of(const std::filesystem::path& file, const std::string& id, RecordParts parts);

/// What is wrong with the result of the trial `id`; nothing if it can be read, or if there is none. A quick look
/// finds one that is cut, empty, or of another trial; a thorough one whatever a table would. Throws Error:
/// input_output if the file cannot be opened, bad_data (OtherSchema) if another version of the program wrote it.
std::optional<Damage> damage_of_result(const std::filesystem::path& file, const std::string& id, Look look);

/// The version of the HDF5 library that the program runs with: "1.10.8".
std::string hdf5_version();

}  // namespace m2m::results
