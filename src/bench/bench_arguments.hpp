#pragma once
// The command line of m2m-bench.
#include <string>

#include "bench/collectives_command.hpp"
#include "bench/compare_command.hpp"
#include "bench/run_cases.hpp"
#include "bench/step_command.hpp"

namespace m2m::bench {

enum class BenchVerb { run, compare, collectives, step };

struct BenchArguments {
  BenchVerb verb = BenchVerb::run;
  RunSettings run;
  CompareSettings compare;
  CollectivesSettings collectives;
  StepSettings step;
  std::string answer;  // of --help or --version: to be printed instead of running
};

/// Throws Error (usage).
BenchArguments parse_bench_arguments(int argc, const char* const* argv);

}  // namespace m2m::bench
