#include "train/stage_claim.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/log.hpp"

namespace m2m {
namespace {

std::unique_ptr<FolderLock> try_to_lock(const std::filesystem::path& folder, bool& said) {
  try {
    return std::make_unique<FolderLock>(folder);
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    if (!said) log_info(fmt::format("waiting for a stage that another sweep makes: {}", error.what()));
    said = true;
    return nullptr;
  }
}

}  // namespace

StageClaim::StageClaim(const std::filesystem::path& folder, StageContext& context, Communicator& ranks) {
  const bool leads = ranks.rank() == 0;
  for (bool said = false;; std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
    if (leads && lock_ == nullptr) lock_ = try_to_lock(folder, said);
    const bool is_ours = ranks.any(lock_ != nullptr);
    if (ranks.any(leads && std::filesystem::exists(folder / "stage.json"))) {
      end_ = ClaimEnd::built_elsewhere;
      lock_.reset();
      return;
    }
    if (is_ours) return;
    if (ranks.any(context.stop_requested())) {
      end_ = ClaimEnd::stopped;
      return;
    }
  }
}

}  // namespace m2m
