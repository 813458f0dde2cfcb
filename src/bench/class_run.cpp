#include "bench/class_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "core/machine.hpp"
#include "results/folder_lock.hpp"
#include "results/output_folder.hpp"
#include "results/study_results.hpp"

namespace m2m::bench {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

constexpr double seconds_between_notes = 10;

fs::path log_file(const fs::path& out) { return out / "bench" / "runs.json"; }

RunLog read_log(const fs::path& out) {
  RunLog log;
  if (fs::exists(log_file(out)))
    read_json_file(log_file(out), [&](const Json& json) { log = parse_run_log(json); });
  return log;
}

/// Throws Error (usage) unless the folder is empty or holds results of the class that m2m-bench has timed.
void check_folder(const ProblemClass& problem, const fs::path& out) {
  const results::OutputFolder folder{out};
  if (!fs::exists(folder.study())) return;
  const std::string name = results::read_planned_study(folder.study()).name;
  if (name != problem.study)
    throw usage_error(
        fmt::format("{}: holds results of the study '{}', class {} is '{}'; name another folder with --out",
                    out.string(), name, problem.name, problem.study));
  if (!fs::exists(log_file(out)))
    throw usage_error(fmt::format("{}: holds results that m2m-bench has not timed; name an empty folder with --out",
                                  out.string()));
}

void check_options(const RunLog& log, const RunRequest& request) {
  if (log.runs.empty() || log.options == request.options) return;
  for (const auto& [name, value] : request.options.items()) {
    const Json before = log.options.value(name, Json());
    if (before != value)
      throw usage_error(
          fmt::format("{}: the run there has {} = {}, this one {}; give the same options, or another "
                      "folder with --out",
                      request.out.string(), name, before.dump(), value.dump()));
  }
}

/// Writes the study into the folder, so that m2m-sweep reads what this program was built with.
fs::path write_study(const ProblemClass& problem, const fs::path& out) {
  fs::path file = out / (problem.study + ".toml");
  write_file(file, std::string(job_text(problem)));
  return file;
}

std::vector<std::string> command_words(const ProblemClass& problem, const RunRequest& request) {
  std::vector<std::string> words = request.launcher;
  words.push_back(request.sweep.front());
  words.push_back(write_study(problem, request.out).string());
  words.insert(words.end(), {"--out", request.out.string()});
  words.insert(words.end(), request.sweep.begin() + 1, request.sweep.end());
  return words;
}

}  // namespace

double RunLog::wall_seconds() const {
  double seconds = 0;
  for (const SweepRun& run : runs) seconds += run.seconds;
  return seconds;
}

Json run_log_json(const RunLog& log) {
  Json runs = Json::array();
  for (const SweepRun& run : log.runs) {
    runs.push_back({{"started", run.started},
                    {"seconds", run.seconds},
                    {"code", run.code ? Json(*run.code) : Json()},
                    {"command", run.command}});
  }
  return {{"options", log.options}, {"runs", std::move(runs)}};
}

RunLog parse_run_log(const Json& json) {
  RunLog log{json.at("options"), {}};
  for (const Json& run : json.at("runs")) {
    const Json& code = run.at("code");
    log.runs.push_back({run.at("started").get<std::string>(), run.at("seconds").get<double>(),
                        code.is_null() ? std::nullopt : std::optional(code.get<int>()),
                        run.at("command").get<std::vector<std::string>>()});
  }
  return log;
}

RunLog run_sweep(const ProblemClass& problem, const RunRequest& request, const HeldSignals& signals) {
  check_folder(problem, request.out);
  const results::FolderLock lock(request.out / "bench");
  RunLog log = read_log(request.out);
  check_options(log, request);
  if (log.is_complete()) {
    log_info(fmt::format("{}: the run is complete; it is verified again", request.out.string()));
    return log;
  }
  log.options = request.options;
  log.runs.push_back({utc_now(), 0, std::nullopt, command_words(problem, request)});
  const auto begin = Clock::now();
  double noted = 0;
  const auto note = [&] {
    log.runs.back().seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    write_json_file(log_file(request.out), run_log_json(log));
    noted = log.runs.back().seconds;
  };
  note();
  log_info(fmt::format("running {}", fmt::join(log.runs.back().command, " ")));
  log.runs.back().code = run_passing_signals(log.runs.back().command, signals, [&] {
    if (std::chrono::duration<double>(Clock::now() - begin).count() < noted + seconds_between_notes) return;
    try {
      note();
    } catch (const WriteError&) {  // the sweep, which writes there too, ends for the same reason
    }
  });
  note();
  return log;
}

std::vector<StageSeconds> read_stage_seconds(const fs::path& out) {
  const results::PlannedStudy study = results::read_planned_study(results::OutputFolder{out}.study());
  const results::OutputFolder folder{out, study.cache};
  std::vector<StageSeconds> stages;
  for (const results::PlannedStage& stage : study.stages) {
    if (!fs::exists(folder.stage_done(stage.id))) continue;
    const Json facts = results::read_stage_facts(folder.stage(stage.id));
    stages.push_back({stage.id, stage.kind, facts.value("seconds", 0.0)});
  }
  return stages;
}

}  // namespace m2m::bench
