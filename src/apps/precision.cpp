#include "apps/precision.hpp"

#include <fmt/format.h>

#include <set>

#include "core/error.hpp"

namespace m2m {
namespace {

std::set<std::string> precisions_to_run(const StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = missing(graph, exists);
  std::set<std::string> found;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    if (to_run[i] && config.has("train.precision")) found.insert(config.text("train.precision"));
  }
  return found;
}

}  // namespace

void refuse_mixed_tf32(int trials_per_device, const StageGraph& graph, const std::vector<bool>& exists) {
  if (trials_per_device == 1) return;
  const std::set<std::string> precisions = precisions_to_run(graph, exists);
  if (!precisions.contains("tf32") || precisions.size() == 1) return;
  throw usage_error(
      fmt::format("--trials-per-device {}: trials in tf32 and in other precisions cannot run at once in a process; "
                  "run them one "
                  "after the other: 'train.precision=tf32' behind the command, then the others",
                  trials_per_device));
}

std::string precision_advice(const StageGraph& graph, const std::vector<bool>& exists, int gpus) {
  if (gpus == 0 || precisions_to_run(graph, exists) != std::set<std::string>{"float32"}) return "";
  return "train.precision = float32 is the slowest of a GPU's; 'train.precision=bf16' behind the command is "
         "faster, and its trials "
         "have ids of their own";
}

}  // namespace m2m
