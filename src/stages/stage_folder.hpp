#pragma once
// A stage of the cache is built by one sweep at a time, whoever else wants it.
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checkpoints/trial_state.hpp"
#include "comm/tensors/communicator.hpp"
#include "results/folder_lock.hpp"
#include "results/journal.hpp"
#include "study/stage.hpp"

namespace m2m::stages {

enum class ClaimResult {
  granted,          // ours to build, until the claim goes
  built_elsewhere,  // another sweep has finished it meanwhile
  stopped,          // the sweep was asked to stop while it waited
  unwritable,       // the folder cannot be written
};

/// Holds the lock of a stage's folder, on the first of the trial's ranks.
class StageClaim {
 public:
  /// Collective. Waits while another sweep builds the stage: until it is done or gives up.
  StageClaim(const std::filesystem::path& folder, study::StageContext& context, comm::Communicator& ranks);

  ClaimResult result() const { return result_; }
  /// Why the folder cannot be written: on the first rank, where that is the end.
  const std::string& fault() const { return fault_; }

 private:
  /// Collective: the end, if there is one yet.
  std::optional<ClaimResult> try_once(const std::filesystem::path& folder, study::StageContext& context,
                                      comm::Communicator& ranks);
  void try_to_lock(const std::filesystem::path& folder, study::StageContext& context);

  ClaimResult result_ = ClaimResult::granted;
  std::string fault_;
  bool has_logged_ = false;  // that it waits
  std::unique_ptr<results::FolderLock> lock_;
};

// What an interrupted stage leaves in its folder, so that the next run goes on from there.

/// FOLDER/resume.safetensors: written when a stage is stopped, and every few minutes against kills.
class ResumeFile {
 public:
  /// every: seconds between two files at least; 0: only when stopped.
  ResumeFile(const std::filesystem::path& folder, comm::Communicator& ranks, double every);

  /// Collective: the state left by an earlier run, or nothing. A damaged file is set aside, which the first rank
  /// tells `context`, and the stage begins again. Throws Error (input_output) where one rank sees the file and
  /// another does not.
  std::optional<checkpoints::TrialState> read(study::StageContext& context) const;

  /// Whether it is time to write. Local.
  bool is_due() const;
  /// Writes the state; of the first rank. Throws WriteError; the file of before is then still there.
  void write(const checkpoints::TrialState& state);
  /// The stage is done; of the first rank.
  void remove();

 private:
  std::filesystem::path file_;
  comm::Communicator& ranks_;
  double every_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

// The journal of a stage that may have been begun before.

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
