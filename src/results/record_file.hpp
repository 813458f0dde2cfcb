#pragma once
// The file of a record, result.h5.
#include <filesystem>
#include <optional>

#include "results/output_folder.hpp"
#include "results/record.hpp"

namespace m2m::results {

/// The parts of a record that are read.
enum class RecordParts {
  all,
  metrics,  // as tables need: no logits, labels, generation counts, features or translations
  answers,  // metrics, and the labels and logits of the test set if the file has them
};

/// Writes a record; after a kill at any moment the file is absent, old or complete. docs/results_format.md
/// describes the layout. Local. Throws Error: input_output if it cannot be written, internal if the record
/// contradicts itself.
void write_trial(const std::filesystem::path& file, const TrialRecord& record);

/// Reads a record that write_trial wrote; logits are rounded to float16. Local. Throws Error: input_output if
/// there is no such file; bad_data if it is not an HDF5 file, of another schema, truncated or damaged.
TrialRecord read_trial(const std::filesystem::path& file, RecordParts parts = RecordParts::all);

/// Reads the record of the trial `id`. Throws Error as read_trial, and bad_data if the file holds another trial.
TrialRecord read_trial_of(const std::filesystem::path& file, const std::string& id, RecordParts parts);

/// The damage of the result of the trial `id`; nothing if it can be read, or if there is none. A quick check finds
/// a truncated or empty file, or another trial; a thorough one all that a table would find. Throws Error:
/// input_output if the file cannot be opened, bad_data (OtherSchema) if another version of the program wrote it.
std::optional<Damage> damage_of_result(const std::filesystem::path& file, const std::string& id, Look look);

/// The version of the loaded HDF5 library: "1.10.8".
std::string hdf5_version();

}  // namespace m2m::results
