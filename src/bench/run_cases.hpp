#pragma once
// m2m-bench run: the cases through Google Benchmark, with what a reader of the numbers has to know beside them.
#include <string>

#include "core/config.hpp"

namespace m2m::bench {

struct RunSettings {
  std::string filter = ".";  // a regular expression; cases whose name it matches are run
  std::string json;          // file for every repetition and the context; empty: none
  int threads = 1;
  int repetitions = 5;
  std::string device = "cpu";     // train.device; on a GPU the cases of steps alone
  std::string executor = "auto";  // train.executor
  bool list = false;              // name the cases instead of running them
};

/// Runs or lists the cases; a table of medians and relative deviations goes to standard output.
///
/// context: machine and revision, recorded in the JSON file. Returns how many repetitions gave a wrong result;
/// those have no time. Throws Error: usage where no case matches, input_output where the JSON file cannot be
/// written.
int run_cases(const RunSettings& settings, const Json& context);

}  // namespace m2m::bench
