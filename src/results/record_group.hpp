#pragma once
// A trial's record as the content of an HDF5 group: the root of result.h5, or trial/<id> of results.h5.
#include <filesystem>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "results/hdf5.hpp"
#include "results/record_file.hpp"

namespace m2m::results {

/// Throws hdf5::Failure; Error (internal) where the record contradicts itself.
void write_record(hid_t group, const TrialRecord& record);

/// Throws hdf5::Failure or a JSON error where something is missing, damaged or contradictory.
TrialRecord read_record(hid_t group, RecordParts parts);

/// Of which trial it is. Throws as read_record does.
std::string read_record_id(hid_t group);

/// The parts that record_group.cpp leaves to files of their own.
void write_epochs(hid_t group, const std::vector<EpochRecord>& epochs);
std::vector<EpochRecord> read_epochs(hid_t group, RecordParts parts);
/// Writes nothing if no epoch translated.
void write_generation(hid_t group, const std::vector<EpochRecord>& epochs);
/// Reads this schema's table and the K x K arrays of schema 1. translated: [epochs], 0 or 1.
void read_generation(hid_t group, std::vector<EpochRecord>& epochs, const std::vector<std::int64_t>& translated);
/// Those that the record has.
void write_samples(hid_t group, const TrialRecord& record);
void read_samples(hid_t group, TrialRecord& record);
/// record: whose snapshot it is; its labels and counts belong to the metrics that are stored.
void write_snapshot(hid_t group, const std::string& name, const Snapshot& snapshot, const TrialRecord& record);
/// With the calibration that is stored, NaN in files from before it was.
Snapshot read_snapshot(hid_t group, const std::string& name, RecordParts parts);
/// Fills in the calibration from logits and labels.
void measure_calibration(Snapshot& snapshot, const TrialRecord& record);

// HDF5 files of this project's schema: which kind, which version, and what goes wrong with them, said in one
// sentence.

/// The file is of a schema that this program does not read (bad_data): not damaged, but of another version.
class OtherSchema : public Error {
 public:
  using Error::Error;
};

/// Makes a file of this kind ("trial" or "results") whose content `write` gives, by way of replace_file: a kill
/// leaves the old file, the new one, or none. Thread-safe, as is reading: one thread at a time has HDF5. Throws
/// Error (input_output) where HDF5 or the file system fails.
void write_schema_file(const std::filesystem::path& file, const std::string& kind,
                       const std::function<void(hid_t root)>& write);

/// Opens a file of this kind and has `read` read it.
///
/// Throws Error: input_output where the file cannot be opened at all; bad_data where it is no HDF5 file, of another
/// program, kind or schema version (OtherSchema), truncated or damaged. hdf5::Failure and JSON errors inside `read`
/// count as damage.
void read_schema_file(const std::filesystem::path& file, const std::string& kind,
                      const std::function<void(hid_t root)>& read);

}  // namespace m2m::results
