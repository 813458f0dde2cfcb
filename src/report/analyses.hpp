#pragma once
// Two methods compared seed by seed: they share data, plans and prefixes, so that most of the spread goes out.
#include <string>
#include <vector>

#include "report/groups.hpp"
#include "report/sheet.hpp"
#include "report/statistics.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// A label of a study, which is one of two to compare.
struct Side {
  const results::StudyResults& study;
  std::string label;
};

/// A against B on one data setting, over the seeds that both have. In % points; NaN: not to be had from so few.
struct PairedDifference {
  std::string data;
  int n = 0;                   // pairs
  int only_a = 0, only_b = 0;  // seeds that only one of them has
  double mean_a = 0, mean_b = 0;
  double difference = 0;      // the mean of A - B
  double low = 0, high = 0;   // its 95 % interval, Student's; NaN below two pairs
  int better = 0, worse = 0;  // seeds where A is above, below B; the others are ties
  double sign_test = 1;       // exact two-sided p of the sign test, ties left out
  /// Fewer untied pairs than could ever bring the sign test below .05.
  bool is_too_small() const { return better + worse < 6; }
};

/// One line for each data setting that has a pair, in the order of A's study.
///
/// The sides may be of two studies. metric: as --metric names it. Pure. Throws Error (usage) where a study has no
/// trial of its label (naming the nearest), where no seed has both, and, unless options.allow_mixed, where pairs
/// differ in numerics version, precision, validation mode or protocol, or one of a pair saw other data than the
/// other.
std::vector<PairedDifference> compare_paired(const Side& a, const Side& b, const std::string& metric,
                                             const TableOptions& options);

/// A row a data setting. metric: as --metric names it; the options' selection and kind of GM are told.
Sheet paired_sheet(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                   const std::string& metric, const TableOptions& options);

// Our numbers beside what others published for the same setting.

/// A published number, which is one run or a mean over an unknown number of runs, against the interval of our next
/// run: mean +- t s sqrt(1 + 1/n), 95 %, Student's with n - 1 degrees. In % points; NaN where n < 2.
struct PublishedComparison {
  double low = 0, high = 0;
  double outside = 0;  // how far the published number lies outside; 0: inside
  std::string
      verdict;  // "inside", "outside by 0.42", "outside by 2.10: wants an explanation" (over 1.5), "n too small"
};
PublishedComparison compare_with_published(const Estimate& ours, double published);

/// A row for each label, data setting, source and metric that may stand beside each other: bACC, and GM without
/// classes of zero recall where the source has it. The notes name what was published for other settings than ours,
/// and which settings those are, and what no source has.
///
/// Pure. Throws Error (usage) where trials of one label and data setting must not be averaged unless
/// options.allow_mixed.
Sheet reference_sheet(const results::StudyResults& results, const TableOptions& options);

// Which seed the spread between trials comes from, and how many trials would resolve a difference.

/// Trials that differ in one seed alone.
struct SeedSpread {
  int groups = 0, trials = 0;  // a group has at least two values of the seed, all other seeds being equal
  double std = 0;  // pooled within the groups: sqrt(sum of squares / (trials - groups)), in % points; NaN: no group
};

/// The spread that `seed` ("seeds.init") makes by itself among trials of one label and data setting. A seed that
/// does not act in a trial makes no difference to it. Pure.
SeedSpread spread_of(const Group& group, const std::string& seed, const std::string& metric,
                     const TableOptions& options);

struct VarianceOptions {
  std::string label;      // of this label alone; empty: of all
  std::string metric;     // as --metric names it
  double difference = 1;  // in % points, to be resolved between two methods
};

/// For each label and data setting a row of all its trials, with the sample standard deviation and how many trials
/// of each of two methods resolve the difference (see trials_to_resolve), and a row for each of the five seeds.
///
/// Pure. Throws Error (usage) where no trial has the label, and where trials of one label and data setting must not
/// be averaged unless table.allow_mixed.
Sheet variance_sheet(const results::StudyResults& results, const VarianceOptions& options,
                     const TableOptions& table);

// Every number of every trial, one a row: for statistics elsewhere.

/// A row per trial and metric on the test set at that epoch: id, label, method, data setting, seed, status, epoch,
/// metric, value.
///
/// Metrics: table_metrics and "recall_<label>" per class, in %; "false_positives_<rank>", samples of other classes
/// that were given to one of the classes up to that rank (from 1, by training counts, ties by label), where the
/// training counts are recorded. A metric that a trial cannot have is null. A trial without a result at that epoch
/// has one row, without a metric. A trial counts once under each of its labels, in the order of the study. Pure.
Sheet tidy_sheet(const results::StudyResults& results, Selection selection);

}  // namespace m2m::report
