#include "sweep/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "core/files.hpp"
#include "results/record.hpp"

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

std::filesystem::path attempts_file(const study::Stage& stage, const results::OutputFolder& out) {
  return (stage.kind == study::StageKind::trial ? out.trial(stage.id) : out.stage(stage.id)) / "attempts.log";
}

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

int count_lines(const std::filesystem::path& file, std::string& last) {
  std::ifstream lines(file);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) last = line;
  return count;
}

study::StageResult run_in_group(const study::RunFn& run, const results::OutputFolder& out, int max_retries,
                                const study::Stage& stage, study::StageContext& context) {
  const std::filesystem::path note = attempts_file(stage, out);
  std::string why;
  const int ended = count_lines(note, why);
  if (ended > max_retries) {
    return {study::StageOutcome::failed,
            fmt::format("it ended the job {} times, the last time with: {}; delete {} to try it again", ended, why,
                        note.string()),
            ExitCode::some_failed, 0};
  }
  try {
    study::StageResult result = run(stage, context);
    std::error_code ignored;
    if (result.end == study::StageOutcome::done) std::filesystem::remove(note, ignored);
    return result;
  } catch (const WriteError&) {
    throw;  // not a failure of the stage, and there is no space to record it
  } catch (const std::exception& error) {
    std::error_code ignored;
    std::filesystem::create_directories(note.parent_path(), ignored);
    std::string line = error.what();
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::ofstream(note, std::ios::app) << line << std::endl;  // flushed, because the process is about to end
    throw;
  }
}

}  // namespace

study::RunFn with_retries(study::RunFn run, const results::OutputFolder& out, int max_retries, bool single_rank) {
  return [run = std::move(run), out, max_retries, single_rank](const study::Stage& stage,
                                                               study::StageContext& context) {
    return single_rank ? run_with_retries(run, max_retries, stage, context)
                       : run_in_group(run, out, max_retries, stage, context);
  };
}

}  // namespace m2m::sweep
