#pragma once
// The journal of a stage that may have been begun before.
#include <filesystem>
#include <set>
#include <vector>

#include "results/journal.hpp"
#include "study/stage.hpp"

namespace m2m::stages {

/// Appends epochs to FOLDER/journal.jsonl. Local: of the first rank.
class StageJournal {
 public:
  /// Opens or makes it. A damaged one is set aside, which `context` is told. Throws Error (input_output).
  StageJournal(const std::filesystem::path& folder, study::StageContext& context);

  /// Appends those of `epochs`, which an earlier run or a prefix trained, that it does not have. Throws WriteError.
  void complete(const std::vector<results::EpochRecord>& epochs);
  /// Throws WriteError.
  void append(const results::EpochRecord& epoch) { journal_.append(epoch); }

 private:
  std::set<int> known_;  // the epochs that it had when it was opened
  results::Journal journal_;
};

}  // namespace m2m::stages
