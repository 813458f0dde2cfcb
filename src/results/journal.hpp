#pragma once
// The journal of a trial, journal.jsonl: one line of JSON per epoch, on disk before the next epoch begins.
#include <filesystem>
#include <optional>
#include <vector>

#include "core/files.hpp"
#include "results/record.hpp"

namespace m2m::results {

/// Appends epochs to a journal; move-only.
class Journal {
 public:
  /// Opens or creates the file and its folder, and cuts off a last line that a kill left unfinished. Throws
  /// WriteError, or Error (input_output) if the file cannot be read.
  explicit Journal(const std::filesystem::path& file);

  /// Writes one line and syncs it to disk. Throws WriteError.
  void append(const EpochRecord& epoch);

 private:
  std::filesystem::path file_;
  FileDescriptor open_;
};

/// The epochs of a journal in ascending order. If an epoch has several lines, as after a resume, the last one
/// counts. An unfinished last line is ignored. Throws Error: input_output if the file cannot be read, bad_data
/// (names file and line) if a whole line is damaged.
std::vector<EpochRecord> read_journal(const std::filesystem::path& file);

/// The epoch that was appended last; nothing if there is none or its line is damaged. Throws Error (input_output)
/// if the file cannot be read.
std::optional<EpochRecord> read_last_epoch(const std::filesystem::path& file);

/// The number and the measured values of an epoch; null: not measured. Pure.
Json measures_to_json(const EpochRecord& epoch);
/// The line of an epoch in the journal: measures_to_json, and the generation counts that are not 0. Pure.
Json epoch_to_json(const EpochRecord& epoch);
/// Parses a line of the journal. Throws a JSON error if a key is missing, std::out_of_range if a class is
/// impossible.
EpochRecord epoch_from_json(const Json& json);

}  // namespace m2m::results
