#pragma once
// The memory that a trial's record takes, which grows with the square of the number of classes.
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Bytes of confusion matrices (K x K) and logits (n x K) that a trial holds at once: of the best epoch, of the
/// last and of the one that is evaluated, each of validation and test. Pure.
double record_bytes(const train::LoadedData& data);

/// A sentence to log if a record takes over 1 GiB, "" otherwise.
/// Throws Error (usage) if it takes more than `memory`, the bytes of the machine; 0: not known. Pure.
std::string checked_record_size(const train::LoadedData& data, double memory);

}  // namespace m2m::stages
