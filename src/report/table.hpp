#pragma once
// A table of results: methods by data settings, or any two axes; means over seeds.
#include <string>
#include <vector>

#include "report/cells.hpp"
#include "report/options.hpp"

namespace m2m::report {

/// Cells with their axes, and what the cells say together.
struct ResultTable {
  TableOptions options;
  std::vector<std::string> columns;  // values on the column axis: data settings by default
  std::vector<std::string> rows;     // values on the row axis: labels by default, methods with options.choose
  std::vector<std::vector<TableCell>> cells;  // [row][column]
  std::vector<Fact> facts;                    // each with every value that occurs, joined by ", "
  std::vector<std::string> incomplete;        // of all cells: what is missing or failed
  std::vector<std::string> notes;             // of all cells and of the table, each once
};

/// Averages the metrics of the options on the test set over the trials of each cell, in the order of the study.
///
/// A trial counts once under each label it is planned under. Trials without a result are counted and named, never
/// silently dropped. With options.choose a cell is that of one label of the method (see chosen_cell); a trial then
/// counts under its first label. Pure.
/// Throws Error (usage) if
/// - an axis is wrong (see check_axes), or a metric is unknown or given twice,
/// - intervals of AUROC or AUPRC need too much memory (see check_rankings),
/// - the trials of a cell must not be averaged (see why_not_average) or chosen from (see why_not_choose), and
///   options.allow_mixed is false,
/// - the study has results, but none at the selected epoch,
/// - options.choose is set and no trial has a validation set.
ResultTable make_table(const results::StudyResults& results, const TableOptions& options);

/// True if tables for people have columns of published bACC and GM: they show labels on data settings, and these
/// two metrics first.
bool shows_published(const TableOptions& options);

}  // namespace m2m::report
