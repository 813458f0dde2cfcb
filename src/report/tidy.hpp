#pragma once
// Every number of every trial, one a row: for statistics elsewhere.
#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// A row per trial and metric on the test set at that epoch: id, label, method, data setting, seed, status, epoch,
/// metric, value.
///
/// Metrics: table_metrics and "recall_<label>" per class, in %; "false_positives_<rank>", samples of other classes
/// that were given to one of the classes up to that rank (from 1, by training counts, ties by label), where the
/// training counts are recorded. A metric that a trial cannot have is null. A trial without a result at that epoch
/// has one row, without a metric. A trial counts once under each of its labels, in the order of the study. Pure.
Sheet tidy_sheet(const results::StudyResults& results, Selection selection);

}  // namespace m2m::report
