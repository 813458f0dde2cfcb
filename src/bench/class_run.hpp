#pragma once
// The runs of m2m-sweep for a problem class in its output folder, and their log, from which the wall time comes.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bench/class_results.hpp"
#include "bench/launch.hpp"
#include "bench/problem_class.hpp"
#include "core/config.hpp"

namespace m2m::bench {

/// One run of m2m-sweep.
struct SweepRun {
  std::string started;      // UTC
  double seconds = 0;       // up to its end, or up to the last note of a run that was killed with m2m-bench
  std::optional<int> code;  // its exit code; nothing: m2m-bench was killed before its end
  std::vector<std::string> command;
};

/// All runs in an output folder, with the options that they have in common.
struct RunLog {
  Json options = Json::object();
  std::vector<SweepRun> runs;

  double wall_seconds() const;
  /// True if the last run ended with 0, so that nothing is left to run.
  bool is_complete() const { return !runs.empty() && runs.back().code == 0; }
};

/// The log as JSON. Pure.
Json run_log_json(const RunLog& log);
/// Parses what run_log_json made. Throws a JSON error if a key is missing. Pure.
RunLog parse_run_log(const Json& json);

/// What is asked of a run.
struct RunRequest {
  std::filesystem::path out;
  Json options;                       // of the run; a resumed run has to have the same
  std::vector<std::string> launcher;  // in front of the program
  std::vector<std::string> sweep;     // program, and the words behind the study and its folder
};

/// Runs the class's study in request.out, or resumes it; if it is complete, does nothing. Logs the command.
///
/// Keeps OUT/bench/runs.json and OUT/<study>.toml. Returns the log, whose last run has the code of the sweep.
/// Throws Error: usage if the folder holds other results, those of a run without a log, or of one with other
/// options; held if another m2m-bench works there; input_output.
RunLog run_sweep(const ProblemClass& problem, const RunRequest& request, const HeldSignals& signals);

/// The stages of the study in an output folder with their times, as far as their files are there. Throws Error as
/// read_planned_study and read_stage_facts do.
std::vector<StageSeconds> read_stage_seconds(const std::filesystem::path& out);

}  // namespace m2m::bench
