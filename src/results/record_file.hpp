#pragma once
// result.h5: one trial's record as a file.
#include <filesystem>

#include "results/record.hpp"

namespace m2m {

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

}  // namespace m2m
