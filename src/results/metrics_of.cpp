#include "results/metrics_of.hpp"

#include "core/class_groups.hpp"

namespace m2m::results {

ClassCounts recorded_counts(const Json& data, int classes) {
  if (!data.is_object() || !data.contains("counts")) return {};
  const Json& counts = data.at("counts");
  if (!counts.is_array() || counts.size() != static_cast<std::size_t>(classes)) return {};
  return counts.get<ClassCounts>();
}

Json metrics_of(const Confusion& confusion, const Calibration& calibration, const ClassCounts& counts) {
  Json metrics = {{"bacc", balanced_accuracy(confusion)},
                  {"gm", geometric_mean(confusion)},
                  {"gm_nonzero", geometric_mean_of_nonzero(confusion)},
                  {"accuracy", accuracy(confusion)},
                  {"ece", calibration.ece},
                  {"nll", calibration.nll}};
  if (counts.empty()) return metrics;
  for (const ClassGroup& group : class_groups(counts)) {
    const bool is_half = group.name == "majority" || group.name == "minority";
    metrics[(is_half ? "bacc_" : "") + group.name] = group_accuracy(confusion, group.classes);
  }
  return metrics;
}

}  // namespace m2m::results
