#include "report/tidy.hpp"

#include <fmt/format.h>

#include <set>

#include "report/groups.hpp"
#include "report/metrics.hpp"
#include "results/record.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using Row = std::vector<Json>;
using Named = std::vector<std::pair<std::string, Json>>;

/// The cells that all rows of a trial begin with.
Row trial_cells(const results::TrialOutcome& trial) {
  const Config& config = trial.planned.config;
  const auto seed = settings::find_value(config, &settings::Seeds::seed);
  return {trial.planned.id,
          trial.planned.label,
          settings::find_value(config, &settings::Recipe::method).value_or(""),
          settings::data_title(config),
          seed ? Json(*seed) : Json(),
          results::to_text(trial.status)};
}

void add_recalls(Named& metrics, const Confusion& test) {
  const std::vector<double> by_class = recalls(test);
  for (int k = 0; k < test.classes; ++k) {
    metrics.emplace_back(fmt::format("recall_{}", k), number_or_null(100 * by_class[k]));
  }
}

void add_false_positives(Named& metrics, const results::TrialRecord& record, const Confusion& test) {
  const ClassCounts counts = results::recorded_counts(record.data, test.classes);
  std::int64_t sum = 0;
  int rank = 0;
  for (const int predicted : labels_by_rank(counts)) {
    for (int truth = 0; truth < test.classes; ++truth) {
      if (truth != predicted) sum += test.at(truth, predicted);
    }
    metrics.emplace_back(fmt::format("false_positives_{}", ++rank), sum);
  }
}

Named metrics_of_trial(const results::TrialRecord& record, const results::Snapshot& snapshot) {
  Named metrics;
  for (const Metric& metric : table_metrics()) {
    metrics.emplace_back(metric.name, number_or_null(metric_value(metric.name, record, snapshot, GmKind::zero)));
  }
  add_recalls(metrics, snapshot.test);
  add_false_positives(metrics, record, snapshot.test);
  return metrics;
}

void add_trial(Sheet& sheet, const results::TrialOutcome& trial, Selection selection) {
  const results::Snapshot* snapshot = trial.record ? selected(*trial.record, selection) : nullptr;
  const auto add = [&](const Row& measured) {
    Row row = trial_cells(trial);
    row.insert(row.end(), measured.begin(), measured.end());
    sheet.rows.push_back(std::move(row));
  };
  if (snapshot == nullptr) return add({Json(), Json(), Json()});
  for (const auto& [name, value] : metrics_of_trial(*trial.record, *snapshot)) add({snapshot->epoch, name, value});
}

}  // namespace

Sheet tidy_sheet(const results::StudyResults& results, Selection selection) {
  Sheet sheet{
      fmt::format("{}: test set, {}; in %, false positives in samples", results.name, selection_name(selection)),
      {},
      {},
      {}};
  for (const char* name : {"id", "label", "method", "data", "seed", "status", "epoch", "metric", "value"}) {
    sheet.columns.push_back({name, name});
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (const results::TrialOutcome& trial : results.trials) {
    if (seen.emplace(trial.planned.label, trial.planned.id).second) add_trial(sheet, trial, selection);
  }
  return sheet;
}

}  // namespace m2m::report
