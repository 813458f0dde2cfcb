#include "sweep/failures.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/files.hpp"
#include "results/record.hpp"
#include "sweep/attempts.hpp"

namespace m2m::sweep {

void FailureWriter::on_started(int stage, const std::string&) {
  std::error_code ignored;
  std::filesystem::remove(out_.failure(scheduler_.graph().stages[static_cast<std::size_t>(stage)].id), ignored);
}

void FailureWriter::on_finished(int stage) {
  const StageStatus& status = scheduler_.status()[static_cast<std::size_t>(stage)];
  if (status.state != StageState::failed && status.state != StageState::diverged) return;
  write(stage, status.result.summary, status.state == StageState::diverged);
}

void FailureWriter::on_blocked(int stage) {
  const auto cause_index = static_cast<std::size_t>(scheduler_.status()[static_cast<std::size_t>(stage)].cause);
  const study::Stage& cause = scheduler_.graph().stages[cause_index];
  write(stage,
        fmt::format("the {} {} that it needs failed: {}", cause.label, cause.id,
                    scheduler_.status()[cause_index].result.summary),
        false);
}

void FailureWriter::write(int stage, const std::string& reason, bool diverged) {
  const study::Stage& lost = scheduler_.graph().stages[static_cast<std::size_t>(stage)];
  if (lost.kind != study::StageKind::trial) return;
  results::write_failure(out_.failure(lost.id), {lost.id, lost.label, reason, diverged, lost.config});
}

namespace {

study::StageResult run_with_retries(const study::RunFn& run, int max_retries, const study::Stage& stage,
                                    study::StageContext& context) {
  std::vector<std::string> tries;
  for (;;) {
    try {
      study::StageResult result = run(stage, context);
      result.details.insert(result.details.begin(), tries.begin(), tries.end());
      return result;
    } catch (const WriteError&) {
      throw;  // a retry could not be saved either
    } catch (const std::exception& error) {
      const auto retries = static_cast<int>(tries.size());
      if (retries >= max_retries || context.stop_requested()) throw;
      tries.push_back(fmt::format("tried again after: {}", error.what()));
    }
  }
}

study::StageResult run_in_group(const study::RunFn& run, const results::OutputFolder& out,
                                const study::Stage& stage, study::StageContext& context) {
  try {
    return run(stage, context);
  } catch (const WriteError&) {
    forget_try(stage, out);  // not a failure of the stage
    throw;
  } catch (const std::exception& error) {
    note_exception(stage, out, error.what());
    throw;
  }
}

}  // namespace

study::RunFn with_retries(study::RunFn run, const results::OutputFolder& out, int max_retries, bool single_rank) {
  return [run = std::move(run), out, max_retries, single_rank](const study::Stage& stage,
                                                               study::StageContext& context) {
    return single_rank ? run_with_retries(run, max_retries, stage, context)
                       : run_in_group(run, out, stage, context);
  };
}

}  // namespace m2m::sweep
