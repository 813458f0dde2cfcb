#pragma once
// Intervals of the means of a table's cell, from resamples of its test set.
#include <cstddef>
#include <string>
#include <vector>

#include "report/groups.hpp"
#include "report/statistics.hpp"

namespace m2m::report {

/// What resampling gives for a cell.
struct CellIntervals {
  std::vector<Interval> intervals;  // of the metrics of the options, in their order, in %; NaN if there is none
  std::vector<std::string> notes;   // why there is none
};

/// The 95 % intervals of the means over the trials of a group, from options.resamples resamples of the test set.
///
/// A resample draws, for each class, as many of its test samples as it has, with replacement; the same for all
/// trials. Each metric is computed on it from the predictions of the stored logits, for each trial, and averaged
/// over the trials that have it. The interval is that of the 2.5 and 97.5 % quantiles of these means: how far the
/// mean of these networks depends on the test samples, not on the seeds. Efron and Tibshirani, "An introduction to
/// the bootstrap", 1993, chapter 13.
///
/// AUROC and AUPRC need the rankings of one trial at a time (check_rankings), besides the logits.
///
/// There is none if a trial has no logits or the trials were tested on different samples; the notes say so, with
/// `location`. ECE has none, because resampling biases it upwards. Needs records with the answers of answer_use.
/// Pure. Deterministic: draws depend on the number of the resample, the class and its number of samples alone.
CellIntervals bootstrap_intervals(const Group& group, const std::string& location, const TableOptions& options);

/// Throws Error (usage) if the rankings of a test set need over 4 GB: 6 bytes for each class and sample. The 8142
/// classes and 24,426 samples of iNaturalist 2018 need 1.2 GB. Pure.
void check_ranking_size(int classes, std::size_t samples);

/// Throws Error (usage), as check_ranking_size does, if the options ask for intervals of AUROC or AUPRC and a trial
/// has too many classes and test samples for them. Pure.
void check_rankings(const results::StudyResults& results, const TableOptions& options);

}  // namespace m2m::report
