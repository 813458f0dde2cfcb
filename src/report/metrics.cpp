#include "report/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "results/record.hpp"

namespace m2m::report {
namespace {

constexpr std::array metrics{Metric{"bacc", "bACC", "bacc"},
                             Metric{"gm", "GM", "gm"},
                             Metric{"gm_nonzero", "GM without classes of zero recall", "gm_nonzero"},
                             Metric{"accuracy", "accuracy", "accuracy"},
                             Metric{"majority", "majority", "bacc_majority"},
                             Metric{"minority", "minority", "bacc_minority"},
                             Metric{"first_third", "first third", "first_third"},
                             Metric{"middle_third", "middle third", "middle_third"},
                             Metric{"last_third", "last third", "last_third"},
                             Metric{"many", "many-shot", "many"},
                             Metric{"medium", "medium-shot", "medium"},
                             Metric{"few", "few-shot", "few"},
                             Metric{"ece", "ECE", "ece"}};

bool is_gm_of_nonzero(const Metric& metric, GmKind gm) {
  return std::string(metric.name) == "gm" && gm == GmKind::nonzero;
}

}  // namespace

std::span<const Metric> table_metrics() { return metrics; }

const Metric& find_metric(const std::string& name) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const Metric& one) { return name == one.name; });
  if (found != metrics.end()) return *found;
  std::string names;
  for (const Metric& metric : metrics) names += fmt::format("{}{}", names.empty() ? "" : ", ", metric.name);
  throw usage_error(fmt::format("'{}' is no metric of a table: there are {}", name, names));
}

std::string metric_title(const std::string& name, GmKind gm) {
  const Metric& metric = find_metric(name);
  return is_gm_of_nonzero(metric, gm) ? gm_name(gm) : metric.title;
}

double metric_value(const std::string& name, const results::TrialRecord& record, const results::Snapshot& snapshot,
                    GmKind gm) {
  const Metric& metric = find_metric(name);
  const Json values = results::metrics_json(snapshot.test, snapshot.test_calibration,
                                            results::recorded_counts(record.data, snapshot.test.classes));
  return 100 * values.value(is_gm_of_nonzero(metric, gm) ? "gm_nonzero" : metric.key, results::not_measured);
}

}  // namespace m2m::report
