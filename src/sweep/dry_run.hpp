#pragma once
// Texts about a sweep that is not run: its cost and its stages.
#include <string>

#include "results/output_folder.hpp"
#include "study/graph.hpp"

namespace m2m::sweep {

struct DryRunSettings {
  std::string study;  // name of the study
  results::OutputFolder out;
  int ranks = 1;
  std::string unit = "core";  // what a rank trains on: "core" or "GPU"
  int trials_per_device = 1;  // worker slots of a rank
};

/// Two lines: the numbers of stages and trials that there are, that exist and that are left, and the cost of the
/// latter. Only reads the folder.
std::string cost_text(const study::StageGraph& graph, const DryRunSettings& settings);

/// A remark on the results of the folder that are of no trial of the graph, with labels of the plan before: tables
/// will leave them out. Empty if there are none. Only reads the folder.
std::string unplanned_remark(const study::StageGraph& graph, const results::OutputFolder& out);

/// Text of cost_text and unplanned_remark, and a line for every stage and trial.
std::string dry_run_text(const study::StageGraph& graph, const DryRunSettings& settings);

/// A line per trial: id, state and title.
std::string list_text(const study::StageGraph& graph, const results::OutputFolder& out);

}  // namespace m2m::sweep
