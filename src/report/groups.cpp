#include "report/groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "report/axis.hpp"
#include "report/metrics.hpp"
#include "settings/recipe.hpp"

namespace m2m::report {
namespace {

std::size_t position(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

std::string row_of(const results::PlannedTrial& trial, const TableOptions& options) {
  if (!options.choose) return axis_value(options.rows, trial);
  return settings::find_value(trial.config, &settings::Recipe::method).value_or(trial.label);
}

}  // namespace

GroupedTrials group_trials(const results::StudyResults& results, const TableOptions& options) {
  GroupedTrials grouped;
  for (const results::TrialOutcome& trial : results.trials) {
    const std::size_t row = position(grouped.rows, row_of(trial.planned, options));
    const std::size_t column = position(grouped.columns, axis_value(options.columns, trial.planned));
    grouped.groups.resize(grouped.rows.size());
    for (auto& of_row : grouped.groups) of_row.resize(grouped.columns.size());
    Group& group = grouped.groups[row][column];
    const bool repeated = std::any_of(group.begin(), group.end(), [&](const results::TrialOutcome* other) {
      return other->planned.id == trial.planned.id;
    });
    if (!repeated) group.push_back(&trial);
  }
  return grouped;
}

std::vector<const results::TrialRecord*> records_of(const Group& group) {
  std::vector<const results::TrialRecord*> records;
  for (const results::TrialOutcome* trial : group) {
    if (trial->record) records.push_back(&*trial->record);
  }
  return records;
}

const results::Snapshot* selected(const results::TrialRecord& record, Selection selection) {
  if (selection == Selection::last) return &record.last;
  return record.best ? &*record.best : nullptr;
}

std::vector<double> metric_values(const Group& group, const std::string& metric, const TableOptions& options) {
  std::vector<double> values;
  for (const results::TrialRecord* record : records_of(group)) {
    const results::Snapshot* snapshot = selected(*record, options.selection);
    if (snapshot == nullptr) continue;
    const double value = metric_value(metric, *record, *snapshot, options.gm);
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

void check_label(const results::StudyResults& results, const std::string& label) {
  std::vector<std::string> labels;
  for (const results::TrialOutcome& trial : results.trials) labels.push_back(trial.planned.label);
  if (std::count(labels.begin(), labels.end(), label) > 0) return;
  const std::string nearest = nearest_name(labels, label);
  const std::set<std::string> known(labels.begin(), labels.end());
  throw usage_error(fmt::format("{}: no trial has the label '{}'; {}", results.name, label,
                                nearest.empty() ? fmt::format("there are '{}'", fmt::join(known, "', '"))
                                                : fmt::format("did you mean '{}'?", nearest)));
}

}  // namespace m2m::report
