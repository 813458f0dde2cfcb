// Every number of every trial: a row for each trial and metric.
#include <fmt/format.h>

#include <set>

#include "report/analyses.hpp"
#include "results/record.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using Row = std::vector<Json>;

/// A metric by its name.
struct NamedValue {
  std::string name;
  Json value;
};

/// The first cells of all rows of a trial.
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

/// The metric of each class, by label; null if it is not defined or not measured.
std::vector<NamedValue> class_values(const ClassMetric& metric, const TestMeasures& test) {
  std::vector<NamedValue> values;
  const std::vector<double> by_class = metric.measure(test);
  for (std::size_t k = 0; k < test.totals.samples.size(); ++k) {
    values.push_back(
        {fmt::format("{}_{}", metric.name, k), by_class.empty() ? Json() : number_or_null(100 * by_class[k])});
  }
  return values;
}

/// Sums over the classes up to each rank; empty if the training counts are not recorded.
std::vector<NamedValue> false_positives(const results::TrialRecord& record, const Confusion& test) {
  std::vector<NamedValue> values;
  const ClassCounts counts = results::recorded_counts(record.data, test.classes);
  std::int64_t sum = 0;
  int rank = 0;
  for (const int predicted : labels_by_rank(counts)) {
    for (int truth = 0; truth < test.classes; ++truth) {
      if (truth != predicted) sum += test.at(truth, predicted);
    }
    values.push_back({fmt::format("false_positives_{}", ++rank), sum});
  }
  return values;
}

std::vector<NamedValue> all_values(const results::TrialRecord& record, const results::Snapshot& snapshot,
                                   bool with_ranking) {
  std::vector<NamedValue> values;
  const TestMeasures test(record, snapshot);
  const auto is_shown = [&](MetricSource source) { return with_ranking || source != MetricSource::ranking; };
  for (const Metric& metric : table_metrics()) {
    if (!is_shown(metric.source)) continue;
    values.push_back({metric.name, number_or_null(metric_value(metric, test, GmKind::zero))});
  }
  for (const ClassMetric& metric : class_metrics()) {
    if (!is_shown(metric.source)) continue;
    for (NamedValue& value : class_values(metric, test)) values.push_back(std::move(value));
  }
  for (NamedValue& sum : false_positives(record, snapshot.test)) values.push_back(std::move(sum));
  return values;
}

std::vector<Row> trial_rows(const results::TrialOutcome& trial, Selection selection, bool with_ranking) {
  const results::Snapshot* snapshot = trial.record ? selected_snapshot(*trial.record, selection) : nullptr;
  const auto row = [first = trial_cells(trial)](Json epoch, Json metric, Json value) {
    Row cells = first;
    cells.insert(cells.end(), {std::move(epoch), std::move(metric), std::move(value)});
    return cells;
  };
  if (snapshot == nullptr) return {row({}, {}, {})};
  std::vector<Row> rows;
  for (const auto& [name, value] : all_values(*trial.record, *snapshot, with_ranking)) {
    rows.push_back(row(snapshot->epoch, name, value));
  }
  return rows;
}

}  // namespace

Sheet tidy_sheet(const results::StudyResults& results, Selection selection, bool with_ranking) {
  Sheet sheet{fmt::format("{}: test set, {}; in %, false positives in samples", results.name, to_text(selection)),
              {},
              {},
              {}};
  for (const char* name : {"id", "label", "method", "data", "seed", "status", "epoch", "metric", "value"}) {
    sheet.columns.push_back({name, name});
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (const results::TrialOutcome& trial : results.trials) {
    if (!seen.emplace(trial.planned.label, trial.planned.id).second) continue;
    for (Row& row : trial_rows(trial, selection, with_ranking)) sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

}  // namespace m2m::report
