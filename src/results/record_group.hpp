#pragma once
// A trial's record as the content of an HDF5 group: the root of result.h5, or trial/<id> of results.h5.
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

}  // namespace m2m::results
