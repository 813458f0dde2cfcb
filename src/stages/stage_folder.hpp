#pragma once
// The folder of a running stage: its lock, the state that it resumes from, and its journal.
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

/// Outcomes of claiming a stage's folder.
enum class ClaimResult {
  granted,          // this sweep builds it while the claim lives
  built_elsewhere,  // another sweep finished it meanwhile
  stopped,          // the sweep was asked to stop while it waited
  unwritable,       // the folder cannot be written
};

/// Holds the lock of a stage's folder, on the first rank of the trial: one sweep at a time builds a shared stage.
class StageClaim {
 public:
  /// Waits while another sweep builds the stage, until it is done or gives up. Collective.
  StageClaim(const std::filesystem::path& folder, study::StageContext& context, comm::Communicator& ranks);

  ClaimResult result() const { return result_; }
  /// Why the folder cannot be written; set on the first rank if the result is `unwritable`.
  const std::string& fault() const { return fault_; }

 private:
  /// Tries once; nothing if the claim has to wait. Collective.
  std::optional<ClaimResult> try_once(const std::filesystem::path& folder, study::StageContext& context,
                                      comm::Communicator& ranks);
  void try_to_lock(const std::filesystem::path& folder, study::StageContext& context);

  ClaimResult result_ = ClaimResult::granted;
  std::string fault_;
  bool has_logged_ = false;  // the waiting was remarked
  std::unique_ptr<results::FolderLock> lock_;
};

/// FOLDER/resume.safetensors: the state of an interrupted stage, written when it is stopped and periodically
/// against kills.
class ResumeFile {
 public:
  /// every: minimum seconds between two writes; 0: written only when the stage is stopped.
  ResumeFile(const std::filesystem::path& folder, comm::Communicator& ranks, double every);

  /// Reads the state of an earlier run; nothing if there is none. A damaged file is set aside, and the stage begins
  /// again; the first rank reports it to `context`. Collective. Throws Error (input_output) if some ranks see the
  /// file and others do not.
  std::optional<checkpoints::TrialState> read(study::StageContext& context) const;

  /// True if it is time to write. Local.
  bool is_due() const;
  /// Writes the state; call it on the first rank. Throws WriteError; the previous file then remains.
  void write(const checkpoints::TrialState& state);
  /// Removes the file of a finished stage; call it on the first rank.
  void remove();

 private:
  std::filesystem::path file_;
  comm::Communicator& ranks_;
  double every_;
  std::chrono::steady_clock::time_point written_ = std::chrono::steady_clock::now();
};

/// FOLDER/journal.jsonl of a stage that may have begun in an earlier run. Local, for the first rank.
class StageJournal {
 public:
  /// Opens or creates the journal. A damaged one is set aside, with a remark to `context`. Throws Error
  /// (input_output).
  StageJournal(const std::filesystem::path& folder, study::StageContext& context);

  /// Appends those of `epochs`, from an earlier run or a prefix, that the journal lacks. Throws WriteError.
  void complete(const std::vector<results::EpochRecord>& epochs);
  /// Appends an epoch. Throws WriteError.
  void append(const results::EpochRecord& epoch) { journal_.append(epoch); }

 private:
  std::set<int> known_;  // epochs in the file when it was opened
  results::Journal journal_;
};

}  // namespace m2m::stages
