#pragma once
// A table of results: methods by data settings, or any two axes; means over seeds.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "report/comparability.hpp"
#include "report/published.hpp"
#include "report/statistics.hpp"
#include "results/study_results.hpp"

namespace m2m::report {

/// Which epoch of a trial counts.
enum class Selection { last, best };
/// What a class of zero recall does to GM: makes it 0, or is left out (as some published reruns have it).
enum class GmKind { zero, nonzero };

struct TableOptions {
  Selection selection = Selection::last;
  GmKind gm = GmKind::zero;
  bool allow_mixed = false;
  bool choose = false;  // a row a method, of the setting that validates best, instead of a row a label
  std::string rows = "label", columns = "data";       // axes: label, data, or a setting's name
  std::vector<std::string> metrics = {"bacc", "gm"};  // what a cell shows, by table_metrics' names
};

/// What a post-hoc method took on validation, over trials, and out of how many values.
struct TauRange {
  double least = 0, most = 0;
  int tried = 0;
};

/// The setting of a method that validates best, and out of how many.
struct Choice {
  std::string label;      // as planned; "" where no setting has a validation result
  int settings = 0;       // that the method was given: its labels, each as often as a post-hoc method tried a tau
  int planned = 0;        // validation results of the label there would be: trials, or seeds where folds are pooled
  Estimate bacc, gm;      // of them, in %
  bool complete = false;  // none of them is lacking, nor a fold of one
  bool pools_folds = false;  // each is the sum of a seed's folds; test results are not shown
  std::optional<TauRange> tau;
};

/// One method on one data setting, or what else rows and columns go by.
struct TableCell {
  int planned = 0;  // trials; 0: the study has none here
  int failed = 0, diverged = 0, missing = 0, without_best = 0;
  Estimate bacc, gm;              // in %, over the trials that count
  std::vector<Estimate> metrics;  // those of the options, in % and in their order; trials without one do not count
  PublishedNumbers published;
  std::set<int> untested;  // labels of classes without test samples in any of those trials
  std::vector<Fact> facts;
  std::optional<Choice> choice;  // with TableOptions::choose; all of the above is then of the chosen setting
  bool is_complete() const { return bacc.n == planned; }
};

struct ResultTable {
  TableOptions options;
  std::vector<std::string> columns;           // values on the options' axis: data settings
  std::vector<std::string> rows;              // likewise: labels of methods, or methods where settings are chosen
  std::vector<std::vector<TableCell>> cells;  // [row][column]
  std::vector<Fact> facts;                    // each with every value that occurs, joined by ", "
  std::vector<std::string> incomplete;        // what is missing or failed, a sentence a cell and cause
  std::vector<std::string> notes;             // other remarks a reader needs
};

/// Averages the options' metrics, on the test set, of each label and data setting, or what else the options' axes
/// are, over its trials, in the order of the study.
///
/// A trial counts under each label it is planned under, once. Those without a result are counted and named, never
/// silently dropped. With options.choose a cell is that of one label among those of its method, by chosen_cell; a
/// trial then counts under the first of them. Pure.
/// Throws Error (usage) where an axis is none (see check_axes), a metric is unknown or said twice, where trials of
/// a cell must not be averaged (see why_not_average) or compared (see why_not_choose) unless allow_mixed, where no
/// trial of a study with results has the selected epoch, and with options.choose where no trial has a validation
/// set.
ResultTable make_table(const results::StudyResults& results, const TableOptions& options);

/// Whether tables for people have columns of what others published, bACC and GM: where they show those two first,
/// of labels on data settings.
bool shows_published(const TableOptions& options);

/// "last epoch", "best validation epoch"
const char* selection_name(Selection selection);
/// "GM", "GM without classes of zero recall"
const char* gm_name(GmKind gm);

}  // namespace m2m::report
