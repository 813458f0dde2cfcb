#pragma once
// The command line of m2m-sweep.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "study/part.hpp"
#include "sweep/attempts.hpp"
#include "sweep/slurm_script.hpp"
#include "sweep/stopping.hpp"

namespace m2m::apps {

enum class Verb { run, list, validate, slurm, simulate, status, describe };

/// Options of simulate besides the study.
struct SimulateArguments {
  std::vector<int> ranks;
  std::filesystem::path durations, gantt;  // empty: not given
};

/// A parsed command line of m2m-sweep.
struct SweepArguments {
  Verb verb = Verb::run;
  std::optional<std::filesystem::path> study;
  std::vector<std::string> settings;  // key=value, in order
  std::filesystem::path out, cache;   // empty: not given
  int ranks_per_trial = 1;            // 0: auto
  int trials_per_device = 1;
  bool dry_run = false;
  bool wait = false;
  bool profile = false;
  bool fail_fast = false;
  sweep::RetryRule retry;
  double stall_timeout = 3600;  // seconds; 0: stalls are not watched for
  sweep::TimeLimit time;
  std::optional<study::StudyPart> part;  // nothing: the whole study
  sweep::SlurmJob slurm;                 // of slurm: all but `words`
  SimulateArguments simulate;
  std::filesystem::path folder;  // of status
  bool watch = false;            // of status: again and again
  double watch_seconds = 5;
  std::string subject;  // of describe: a setting or a method; empty: all settings
  bool json = false;    // of simulate and status
  bool verbose = false;
  std::string answer;  // text of --help or --version; empty: not given
};

/// Parses a command line; the default verb is run. Pure. Throws Error (usage) if it is invalid.
SweepArguments parse_arguments(int argc, const char* const* argv);

}  // namespace m2m::apps
