#pragma once
// What a sweep would do, without doing it.
#include <string>

#include "results/output_folder.hpp"
#include "study/graph.hpp"

namespace m2m::sweep {

struct DryRunSettings {
  std::string study;  // its name
  results::OutputFolder out;
  int ranks = 1;
  std::string unit = "core";  // what a rank trains on: "core" or "GPU"
  int trials_per_device = 1;  // stages that each rank runs at once
};

/// Two lines: how many stages and trials there are, exist and are left, and what these cost. Reads only the folder.
std::string cost_text(const study::StageGraph& graph, const DryRunSettings& settings);

/// cost_text, and a line for every stage and trial.
std::string dry_run_text(const study::StageGraph& graph, const DryRunSettings& settings);

/// A line per trial: id, whether it is done, what it is.
std::string list_text(const study::StageGraph& graph, const results::OutputFolder& out);

}  // namespace m2m::sweep
