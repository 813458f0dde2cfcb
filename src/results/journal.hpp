#pragma once
// journal.jsonl: one line of JSON per epoch, on disk before the next epoch begins.
#include <filesystem>
#include <optional>
#include <vector>

#include "core/files.hpp"
#include "results/record.hpp"

namespace m2m::results {

/// Appends epochs to a journal; move-only.
class Journal {
 public:
  /// Opens or makes the file and its folder, and cuts off a last line that a kill left unfinished.
  /// Throws Error (input_output).
  explicit Journal(const std::filesystem::path& file);

  /// Writes one line and syncs it to disk. Throws Error (input_output).
  void append(const EpochRecord& epoch);

 private:
  std::filesystem::path file_;
  FileDescriptor open_;
};

/// The epochs of a journal in ascending order. Where an epoch has several lines (after a resume) its last one
/// counts; an unfinished last line is ignored. Throws Error: input_output where the file cannot be read, bad_data
/// (file and line) where a whole line is damaged.
std::vector<EpochRecord> read_journal(const std::filesystem::path& file);

/// The epoch that was appended last; nothing where there is none, or where its line is damaged. Throws Error
/// (input_output) where the file cannot be read.
std::optional<EpochRecord> read_last_epoch(const std::filesystem::path& file);

/// The epoch's number and what was measured; null: not measured.
Json measures_to_json(const EpochRecord& epoch);
/// A line's content: the same, and the generation counts that are not 0.
Json epoch_to_json(const EpochRecord& epoch);
/// Throws a JSON error where something is missing, std::out_of_range where a class or count cannot be.
EpochRecord epoch_from_json(const Json& json);

}  // namespace m2m::results
