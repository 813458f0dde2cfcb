#pragma once
// What m2m-sweep needs of the training side; given to it, so that it can be tested without one.
#include <functional>
#include <string>
#include <vector>

#include "results/layout.hpp"
#include "sweep/plan.hpp"
#include "sweep/stage.hpp"

namespace m2m {

struct Training {
  std::vector<Field> fields;  // every setting
  ResolveConfig resolve;
  PlanStage plan;
  /// What runs stages on this rank of a job of `ranks`, into that folder.
  std::function<RunStage(const OutputFolder& out, int ranks)> runner;
  std::vector<std::string> method_names;
  std::function<std::string(const std::string& method)> describe_method;
  std::string unit = "core";  // what a rank trains on: "core" or "GPU"
};

}  // namespace m2m
