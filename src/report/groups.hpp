#pragma once
// The trials of a study by the axes of a table.
#include <string>
#include <vector>

#include "report/options.hpp"
#include "report/table_metrics.hpp"
#include "results/study_results.hpp"

namespace m2m::report {

/// The trials of one cell, as planned.
using Group = std::vector<const results::TrialOutcome*>;

/// The trials of a study in rows and columns.
struct GroupedTrials {
  std::vector<std::string> rows, columns;  // values on the axes of the options, in the order of the study
  std::vector<std::vector<Group>> groups;  // [row][column]
};

/// Groups the trials of a study by the axes of the options; with options.choose rows are methods. A trial counts
/// once in a group, even if it is planned there repeatedly. The groups point into `results`. Pure.
GroupedTrials group_trials(const results::StudyResults& results, const TableOptions& options);

/// Lists the records of the trials that have one.
std::vector<const results::TrialRecord*> records(const Group& group);

/// The snapshot of the selected epoch; nullptr if the trial has none.
const results::Snapshot* selected_snapshot(const results::TrialRecord& record, Selection selection);

/// Throws Error (usage) if no trial of the study has that label; names those of the same method, else the nearest
/// one.
void check_label(const results::StudyResults& results, const std::string& label);

/// The value of a trial on an axis: its label ("label"), the title of its data ("data"), or the text of a setting
/// ("m2m.pool"); "none" if the trial has no such setting, or it acts neither in it nor in a training before it.
/// Pure.
std::string axis_value(const std::string& axis, const results::PlannedTrial& trial);

/// The heading of the column that holds an axis of the options: the name of the axis. Labels are headed "method"
/// unless the other axis is the method.
std::string axis_name(const TableOptions& options, const std::string& axis);

/// A value on an axis, complete without a heading: "M2m", "CIFAR-LT-10 rho=100", "m2m.pool=5".
std::string axis_title(const std::string& axis, const std::string& value);

/// Throws Error (usage) if an axis of the options is neither label nor data nor a setting of a trial (names the
/// nearest one), if both axes are the same, or if options.choose is combined with other axes than the default.
void check_axes(const results::StudyResults& results, const TableOptions& options);

/// True if rows are labels and columns are data settings.
bool has_default_axes(const TableOptions& options);

/// The metric of each trial that has it at the selected epoch, in %, in the order of the group. Pure.
std::vector<double> metric_values(const Group& group, const std::string& metric, const TableOptions& options);

/// GM of a confusion matrix, in %. Pure.
double gm_in_percent(const Confusion& confusion, GmKind gm);

}  // namespace m2m::report
