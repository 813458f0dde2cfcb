#include "sweep/failure_writer.hpp"

#include <fmt/format.h>

#include "results/failure.hpp"

namespace m2m::sweep {

void FailureWriter::started(int stage, const std::string&) {
  std::error_code ignored;
  std::filesystem::remove(out_.failure(scheduler_.graph().stages[static_cast<std::size_t>(stage)].id), ignored);
}

void FailureWriter::ended(int stage) {
  const StageStatus& status = scheduler_.status()[static_cast<std::size_t>(stage)];
  if (status.state != StageState::failed && status.state != StageState::diverged) return;
  write(stage, status.result.summary, status.state == StageState::diverged);
}

void FailureWriter::blocked(int stage) {
  const auto because = static_cast<std::size_t>(scheduler_.status()[static_cast<std::size_t>(stage)].because);
  const study::Stage& cause = scheduler_.graph().stages[because];
  write(stage,
        fmt::format("the {} {} that it needs failed: {}", cause.label, cause.id,
                    scheduler_.status()[because].result.summary),
        false);
}

void FailureWriter::write(int stage, const std::string& reason, bool diverged) {
  const study::Stage& lost = scheduler_.graph().stages[static_cast<std::size_t>(stage)];
  if (lost.kind != study::StageKind::trial) return;
  results::write_failure(out_.failure(lost.id), {lost.id, lost.label, reason, diverged, lost.config});
}

}  // namespace m2m::sweep
