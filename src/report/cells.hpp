#pragma once
// A cell of a table: counts and means of the trials of one group, and what readers need to know about them.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/comparability.hpp"
#include "report/groups.hpp"
#include "report/notes.hpp"
#include "report/published.hpp"
#include "report/statistics.hpp"

namespace m2m::report {

/// The values that a post-hoc method chose on validation, over trials.
struct TauRange {
  double min = 0, max = 0;
  int tried = 0;  // values that it chose from
};

/// The setting of a method that validates best.
struct Choice {
  std::string label;  // as planned; "" if no setting has a validation result
  int settings = 0;   // to choose from: labels of the method, each as often as a post-hoc method tried a tau
  int planned = 0;    // validation results that were planned for the label: trials, or seeds if folds are pooled
  Estimate bacc, gm;  // of the validation results, in %
  bool complete = false;     // no validation result is missing, nor a fold of one
  bool pools_folds = false;  // each validation result is the sum of a seed's folds; test results are not shown
  std::optional<TauRange> tau;
};

/// One method on one data setting, or one pair of values on other axes.
struct TableCell {
  int planned = 0;  // trials; 0: the study has none here
  int failed = 0, diverged = 0, missing = 0, without_best = 0;
  Estimate bacc, gm;              // in %, over the trials that count
  std::vector<Estimate> metrics;  // of the options, in % and in their order; trials without the metric do not count
  std::vector<Interval> intervals;  // of the means of `metrics`; empty unless options.resamples > 0
  PublishedNumbers published;
  std::set<int> untested;  // labels of classes without test samples in any of the trials
  std::vector<Fact> facts;
  std::vector<std::string> data;        // titles of the data settings, if they are on no axis
  std::optional<Choice> choice;         // with TableOptions::choose; all of the above is then of the chosen setting
  std::vector<std::string> incomplete;  // what is missing or failed, a sentence per cause
  std::vector<std::string> notes;       // other remarks that a reader needs
  bool is_complete() const { return bacc.n == planned; }
};

/// Averages the trials of a group on the test set. `location` names the cell in its notes; `may_differ` lists
/// settings that may differ between the trials.
///
/// Pure. Throws Error (usage) if the trials must not be averaged (see why_not_average) and options.allow_mixed is
/// false.
TableCell make_cell(const Group& group, const std::string& location, const TableOptions& options, IdPrefix prefix,
                    const std::set<std::string>& may_differ = {});

/// Adds the intervals of bootstrap_intervals to a cell of these trials; nothing if options.resamples is 0. Pure.
void add_intervals(TableCell& cell, const Group& group, const std::string& location, const TableOptions& options);

}  // namespace m2m::report
