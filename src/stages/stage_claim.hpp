#pragma once
// A stage of the cache is built by one sweep at a time, whoever else wants it.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "comm/tensors/communicator.hpp"
#include "results/folder_lock.hpp"
#include "study/stage.hpp"

namespace m2m::stages {

enum class ClaimEnd {
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

  ClaimEnd end() const { return end_; }
  /// Why the folder cannot be written: on the first rank, where that is the end.
  const std::string& fault() const { return fault_; }

 private:
  /// Collective: the end, if there is one yet.
  std::optional<ClaimEnd> look(const std::filesystem::path& folder, study::StageContext& context,
                               comm::Communicator& ranks);
  void try_to_lock(const std::filesystem::path& folder, study::StageContext& context);

  ClaimEnd end_ = ClaimEnd::granted;
  std::string fault_;
  bool has_said_ = false;  // that it waits
  std::unique_ptr<results::FolderLock> lock_;
};

}  // namespace m2m::stages
