#include "apps/precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "settings/train_settings.hpp"

namespace m2m::apps {
namespace {

using settings::Precision, settings::TrainSettings;

std::set<Precision> precisions_to_run(const study::StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = study::missing(graph, exists);
  std::set<Precision> found;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const auto precision = settings::find_value(graph.stages[i].config, &TrainSettings::precision);
    if (to_run[i] && precision) found.insert(*precision);
  }
  return found;
}

bool is_given(const study::Study& study, const std::string& name) {
  const auto is_it = [&](const study::Axis& axis) { return axis.name == name; };
  const auto sets_it = [&](const study::NamedPoint& point) { return point.settings.contains(name); };
  return study.fixed.contains(name) || std::any_of(study.grid.begin(), study.grid.end(), is_it) ||
         std::any_of(study.points.begin(), study.points.end(), sets_it);
}

/// True if a stage to run in float32 may train on a GPU.
bool trains_float32_on_gpu(const study::StageGraph& graph, const std::vector<bool>& exists) {
  const std::vector<bool> to_run = study::missing(graph, exists);
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const Config& config = graph.stages[i].config;
    const bool is_on_cpu = settings::has_value(config, &TrainSettings::device, settings::Device::cpu);
    const bool is_float32 = settings::has_value(config, &TrainSettings::precision, Precision::float32);
    if (to_run[i] && is_float32 && !is_on_cpu) return true;
  }
  return false;
}

}  // namespace

void refuse_mixed_tf32(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists) {
  if (trials_per_device == 1) return;
  const std::set<Precision> precisions = precisions_to_run(graph, exists);
  if (!precisions.contains(Precision::tf32) || precisions.size() == 1) return;
  throw usage_error(
      fmt::format("--trials-per-device {}: a process computes in tf32 or in other precisions, not in both at once; "
                  "leave --trials-per-device out",
                  trials_per_device));
}

std::string precision_advice(const study::Study& study, const study::StageGraph& graph,
                             const std::vector<bool>& exists, int gpus) {
  const bool is_chosen = is_given(study, settings::name_of(&TrainSettings::precision));
  if (gpus == 0 || is_chosen || !trains_float32_on_gpu(graph, exists)) return "";
  return "the study names no train.precision, so trials run in float32, a GPU's slowest; "
         "'train.precision=bf16' behind the command is faster, and its trials have ids of their own";
}

}  // namespace m2m::apps
