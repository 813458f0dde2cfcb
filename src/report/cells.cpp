#include "report/cells.hpp"

#include <fmt/format.h>

#include "core/metrics.hpp"
#include "report/bootstrap.hpp"
#include "report/notes.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

TableCell count_trials(const Group& group, const TableOptions& options) {
  TableCell cell;
  for (const results::TrialOutcome* trial : group) {
    ++cell.planned;
    cell.failed += trial->status == results::TrialStatus::failed;
    cell.diverged += trial->status == results::TrialStatus::diverged;
    cell.missing += trial->status == results::TrialStatus::missing;
    cell.facts = merge_facts(std::move(cell.facts), make_facts(trial->planned.config));
    if (options.rows != "data" && options.columns != "data") {
      add_once(cell.data, settings::data_title(trial->planned.config));
    }
  }
  return cell;
}

TableCell average(const Group& group, const TableOptions& options) {
  TableCell cell = count_trials(group, options);
  std::vector<double> bacc;
  std::vector<double> gm;
  for (const results::TrialRecord* record : records(group)) {
    const results::Snapshot* snapshot = selected_snapshot(*record, options.selection);
    if (snapshot == nullptr) {
      ++cell.without_best;
      continue;
    }
    for (const int label : untested_classes(snapshot->test)) cell.untested.insert(label);
    bacc.push_back(100 * balanced_accuracy(snapshot->test));
    gm.push_back(gm_in_percent(snapshot->test, options.gm));
  }
  cell.bacc = estimate(bacc);
  cell.gm = estimate(gm);
  for (const std::string& metric : options.metrics) {
    cell.metrics.push_back(estimate(metric_values(group, metric, options)));
  }
  if (!group.empty() && has_default_axes(options)) {
    cell.published = published_numbers(group.front()->planned.config, group.front()->planned.label);
  }
  return cell;
}

/// Names the metrics that some trials lack: a group has no classes, logits are not finite, a file is of an old
/// schema.
std::vector<std::string> lacking_notes(const TableCell& cell, const std::string& location,
                                       const std::vector<std::string>& metrics) {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    const int lacking = cell.bacc.n - cell.metrics[i].n;
    if (lacking == 0) continue;
    const bool ranks = find_metric(metrics[i]).source == MetricSource::ranking;
    notes.push_back(fmt::format("{}: {} of {} trials have no value of {}{}", location, lacking, cell.bacc.n,
                                metrics[i], ranks ? ": no logits are recorded, or one is not finite" : ""));
  }
  return notes;
}

}  // namespace

TableCell make_cell(const Group& group, const std::string& location, const TableOptions& options, IdPrefix prefix,
                    const std::set<std::string>& may_differ) {
  const std::optional<std::string> mixture =
      check_mixture(why_not_average(records(group), location, may_differ), options.allow_mixed, "averaged");
  TableCell cell = average(group, options);
  if (mixture) cell.notes.push_back(*mixture);
  for (std::string& note : lacking_notes(cell, location, options.metrics)) cell.notes.push_back(std::move(note));
  cell.incomplete = missing_notes(group, location, options.selection, prefix);
  add_intervals(cell, group, location, options);
  return cell;
}

void add_intervals(TableCell& cell, const Group& group, const std::string& location, const TableOptions& options) {
  if (options.resamples == 0) return;
  CellIntervals found = bootstrap_intervals(group, location, options);
  cell.intervals = std::move(found.intervals);
  for (std::string& note : found.notes) cell.notes.push_back(std::move(note));
}

}  // namespace m2m::report
