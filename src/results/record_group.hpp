#pragma once
// The record of a trial in an HDF5 group: the root of result.h5, or trial/<id> of results.h5. And the files of
// this program's schema.
#include <filesystem>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "results/hdf5.hpp"
#include "results/record_file.hpp"

namespace m2m::results {

/// Writes a record. Throws hdf5::Hdf5Error; Error (internal) if the record contradicts itself.
void write_record(hid_t group, const TrialRecord& record);

/// Reads a record. Throws hdf5::Hdf5Error or a JSON error if a part is missing, damaged or contradictory.
TrialRecord read_record(hid_t group, RecordParts parts);

/// Reads the id of the trial. Throws as read_record does.
std::string read_record_id(hid_t group);

/// Writes the table of epochs, and their generation counts.
void write_epochs(hid_t group, const std::vector<EpochRecord>& epochs);
/// Reads the epochs; their generation counts only if `parts` is all.
std::vector<EpochRecord> read_epochs(hid_t group, RecordParts parts);
/// Writes the generation counts; nothing if no epoch translated.
void write_generation(hid_t group, const std::vector<EpochRecord>& epochs);
/// Reads generation counts of schemas 1 and 2 into `epochs`. translated: [epochs], 0 or 1.
void read_generation(hid_t group, std::vector<EpochRecord>& epochs, const std::vector<std::int64_t>& translated);
/// Writes the features and translations that the record has.
void write_samples(hid_t group, const TrialRecord& record);
/// Reads the features and translations that the group has.
void read_samples(hid_t group, TrialRecord& record);
/// Writes a snapshot and its metrics. record: the record of the snapshot, with labels and training counts.
void write_snapshot(hid_t group, const std::string& name, const Snapshot& snapshot, const TrialRecord& record);
/// Reads a snapshot; its calibration is NaN in files of versions that did not store it.
Snapshot read_snapshot(hid_t group, const std::string& name, RecordParts parts);
/// Computes the calibration of a snapshot from its logits and the labels of its record.
void measure_calibration(Snapshot& snapshot, const TrialRecord& record);

/// The error of a file with a schema that this program does not read (bad_data): not damaged, but of another
/// version.
class OtherSchema : public Error {
 public:
  using Error::Error;
};

/// Writes a file of this kind ("trial" or "results") by a PendingFile: a kill leaves the old file, the new one, or
/// none. write: fills the root group. finish: is given the complete file before it takes its name. Thread-safe.
/// Throws Error (input_output) if HDF5 or the file system fails.
void write_schema_file(const std::filesystem::path& file, const std::string& kind,
                       const std::function<void(hid_t root)>& write,
                       const std::function<void(const std::filesystem::path& written)>& finish = {});

/// Opens a file of this kind and passes its root group to `read`. Thread-safe.
///
/// Throws Error: input_output if the file cannot be opened; bad_data if it is not an HDF5 file, of another
/// program, kind or schema (OtherSchema), truncated or damaged. An hdf5::Hdf5Error or JSON error of `read` counts
/// as damage.
void read_schema_file(const std::filesystem::path& file, const std::string& kind,
                      const std::function<void(hid_t root)>& read);

}  // namespace m2m::results
