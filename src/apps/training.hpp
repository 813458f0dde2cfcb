#pragma once
// What m2m-sweep needs of the training side; given to it, so that it can be tested without one.
#include <functional>
#include <string>
#include <vector>

#include "results/layout.hpp"
#include "sweep/plan.hpp"
#include "sweep/stage.hpp"

namespace m2m {

/// What a rank of a job is told to run its stages by.
struct RunnerSettings {
  OutputFolder out;
  int ranks = 1;         // of the job
  int rank = 0;          // this one
  bool profile = false;  // say of each stage where its time went
};

struct Training {
  std::vector<Field> fields;  // every setting
  ResolveConfig resolve;
  PlanStage plan;
  std::function<RunStage(const RunnerSettings&)> runner;  // what runs stages on this rank
  std::vector<std::string> method_names;
  std::function<std::string(const std::string& method)> describe_method;
  std::string unit = "core";  // what a rank trains on: "core" or "GPU"
};

}  // namespace m2m
