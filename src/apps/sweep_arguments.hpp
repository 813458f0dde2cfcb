#pragma once
// The command line of m2m-sweep.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sweep/part.hpp"
#include "sweep/slurm_script.hpp"
#include "sweep/time_limit.hpp"

namespace m2m::apps {

enum class Verb { run, list, describe, validate, slurm };

struct SweepArguments {
  Verb verb = Verb::run;
  std::optional<std::filesystem::path> study;
  std::vector<std::string> settings;  // key=value, in order
  std::string subject;                // of describe: a field or a method; empty: everything
  std::optional<std::filesystem::path> out;
  std::optional<std::filesystem::path> cache;
  int ranks_per_trial = 1;  // 0: auto
  int trials_per_device = 1;
  bool dry_run = false;
  bool wait = false;
  bool profile = false;
  bool fail_fast = false;
  int max_retries = 1;
  sweep::TimeLimit time;
  std::optional<study::StudyPart> part;  // nothing: the whole study
  sweep::SlurmJob slurm;                 // of slurm: all but the words
  bool verbose = false;
  std::string answer;  // --help and --version: what to print instead
};

/// Pure. Throws Error (usage) on what is no command line of m2m-sweep.
SweepArguments parse_arguments(int argc, const char* const* argv);

}  // namespace m2m::apps
