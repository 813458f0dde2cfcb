#pragma once
// The trials of a study by the axes of a table.
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

}  // namespace m2m::report
