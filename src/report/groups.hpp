#pragma once
// The trials of a study by the axes of a table.
#include <span>
#include <string>
#include <vector>

#include "report/table.hpp"

namespace m2m::report {

/// The trials of one cell, as planned.
using Group = std::vector<const results::TrialOutcome*>;

struct GroupedTrials {
  std::vector<std::string> rows, columns;  // values on the options' axes, in the order of the study
  std::vector<std::vector<Group>> groups;  // [row][column]
};

/// A trial counts once in a group, however often it is planned there. With options.choose rows are methods. Pure.
GroupedTrials group_trials(const results::StudyResults& results, const TableOptions& options);

/// The records of those that have one.
std::vector<const results::TrialRecord*> records_of(const Group& group);

/// The snapshot of that epoch, or nullptr where the trial has none.
const results::Snapshot* selected(const results::TrialRecord& record, Selection selection);

/// The metric of each trial that has it at the options' epoch, in %.
std::vector<double> metric_values(const Group& group, const std::string& metric, const TableOptions& options);

/// Throws Error (usage), naming the nearest, where no trial of the study has that label.
void check_label(const results::StudyResults& results, const std::string& label);

// What a table's rows or columns go by: labels, data settings, or any setting.

/// What the trial has on this axis: its label ("label"), the name of its data setting ("data"), or the text of the
/// setting of that name ("m2m.pool"), "none" where it has no such setting. Pure.
std::string axis_value(const std::string& axis, const results::PlannedTrial& trial);

/// What one of the options' axes is called at the head of its column: its own name, but labels are "method" where
/// the other axis is not.
std::string axis_name(const TableOptions& options, const std::string& axis);

/// A value where its axis is not told beside it: "M2m", "CIFAR-LT-10 rho=100", "m2m.pool=5".
std::string axis_title(const std::string& axis, const std::string& value);

/// Throws Error (usage) where an axis of the options is neither label nor data nor a setting that a trial has,
/// naming the nearest; where both are the same; and where options.choose goes with other axes than its own.
void check_axes(const results::StudyResults& results, const TableOptions& options);

/// Whether rows are labels and columns data settings.
bool has_standard_axes(const TableOptions& options);

// What a table can show of a trial's test set.

struct Metric {
  const char* name;   // as --metric says it, and as CSV and JSON begin their columns: "last_third"
  const char* title;  // as tables for people say it: "last third"
  const char* key;    // in what metrics_of gives
};

std::span<const Metric> table_metrics();

/// Throws Error (usage), naming them all, where no metric has that name.
const Metric& find_metric(const std::string& name);

/// The metric's title; that of "gm" says what becomes of classes of zero recall.
std::string metric_title(const std::string& name, GmKind gm);

/// The metric of `snapshot`, one of `record`'s, on the test set, in %; NaN where it has none. Pure.
double metric_value(const std::string& name, const results::TrialRecord& record, const results::Snapshot& snapshot,
                    GmKind gm);

}  // namespace m2m::report
