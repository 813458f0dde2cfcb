#pragma once
// failure.json: why a trial did not finish.
#include <filesystem>

#include "results/record.hpp"

namespace m2m::results {

/// Throws Error (input_output).
void write_failure(const std::filesystem::path& file, const TrialFailure& failure);
/// Throws Error: input_output where it cannot be read, bad_data where it is damaged.
TrialFailure read_failure(const std::filesystem::path& file);

}  // namespace m2m::results
