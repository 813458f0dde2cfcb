#pragma once
// A stage of the cache is built by one sweep at a time, whoever else wants it.
#include <filesystem>
#include <memory>

#include "dist/tensors/communicator.hpp"
#include "sweep/folder_lock.hpp"
#include "sweep/stage.hpp"

namespace m2m {

enum class ClaimEnd {
  granted,          // ours to build, until the claim goes
  built_elsewhere,  // another sweep has finished it meanwhile
  stopped,          // the sweep was asked to stop while it waited
};

/// Holds the lock of a stage's folder, on the first of the trial's ranks.
class StageClaim {
 public:
  /// Collective. Waits while another sweep builds the stage: until it is done or gives up. Throws Error
  /// (input_output) where the folder cannot be written.
  StageClaim(const std::filesystem::path& folder, StageContext& context, Communicator& ranks);

  ClaimEnd end() const { return end_; }

 private:
  ClaimEnd end_ = ClaimEnd::granted;
  std::unique_ptr<FolderLock> lock_;
};

}  // namespace m2m
