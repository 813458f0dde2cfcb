#include "stages/stage_claim.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "core/write_error.hpp"

namespace m2m::stages {

StageClaim::StageClaim(const std::filesystem::path& folder, study::StageContext& context,
                       comm::Communicator& ranks) {
  std::optional<ClaimEnd> end;
  for (; !(end = look(folder, context, ranks)); std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
  }
  end_ = *end;
  if (end_ != ClaimEnd::granted) lock_.reset();
}

std::optional<ClaimEnd> StageClaim::look(const std::filesystem::path& folder, study::StageContext& context,
                                         comm::Communicator& ranks) {
  const bool leads = ranks.rank() == 0;
  if (leads && lock_ == nullptr) try_to_lock(folder, context);
  if (ranks.any(!fault_.empty())) return ClaimEnd::unwritable;
  const bool is_ours = ranks.any(lock_ != nullptr);
  if (ranks.any(leads && std::filesystem::exists(folder / "stage.json"))) return ClaimEnd::built_elsewhere;
  if (is_ours) return ClaimEnd::granted;
  if (ranks.any(context.stop_requested())) return ClaimEnd::stopped;
  return std::nullopt;
}

void StageClaim::try_to_lock(const std::filesystem::path& folder, study::StageContext& context) {
  try {
    lock_ = std::make_unique<results::FolderLock>(folder);
  } catch (const WriteError& error) {
    fault_ = error.what();
  } catch (const Error& error) {
    if (error.code() != ExitCode::held) throw;
    if (!has_said_) context.remark(fmt::format("waiting for a stage that another sweep makes: {}", error.what()));
    has_said_ = true;
  }
}

}  // namespace m2m::stages
