#pragma once
// What m2m-report compare, reference, variance, classes and aggregate print.
#include <string>
#include <vector>

#include "report/groups.hpp"
#include "report/options.hpp"
#include "report/sheet.hpp"
#include "report/statistics.hpp"

namespace m2m::report {

// compare (paired.cpp): two labels seed by seed. They share data, plans and prefixes, which removes most of the
// variance.

/// One of two labels to compare, and its study.
struct ComparedLabel {
  const results::StudyResults& study;
  std::string label;
};

/// A against B on one data setting, over the seeds that both have. In % points; NaN if there are too few pairs.
struct PairedDifference {
  std::string data;
  int n = 0;                   // pairs
  int only_a = 0, only_b = 0;  // seeds that only one of them has
  double mean_a = 0, mean_b = 0;
  double difference = 0;      // the mean of A - B
  double low = 0, high = 0;   // its 95 % interval by Student's t; NaN below two pairs
  int better = 0, worse = 0;  // seeds with A above B, and below; the others are ties
  double sign_test = 1;       // exact two-sided p of the sign test, without ties
  /// True if no split of so few untied pairs brings the sign test below 0.05.
  bool is_too_small() const { return better + worse < 6; }
};

/// Compares two labels, of one or two studies: an entry per data setting that has a pair, in the order of A's
/// study. metric: a name of table_metrics.
///
/// Pure. Throws Error (usage) if a study has no trial of its label (names the nearest) or no seed has both; and,
/// unless options.allow_mixed, if pairs differ in numerics version, precision, validation mode or protocol, or the
/// two trials of a pair in their data.
std::vector<PairedDifference> compare_paired(const ComparedLabel& a, const ComparedLabel& b,
                                             const std::string& metric, const TableOptions& options);

/// Remarks on what paired results differ in besides the recipes of their methods, among the facts of make_facts:
/// "digits rho=20: A and B differ in epochs: A has 20, B 50". Pure.
std::vector<std::string> unlike_facts(const ComparedLabel& a, const ComparedLabel& b, const TableOptions& options);

/// Makes a row per data setting. The title tells metric, epoch and kind of GM. Pure.
Sheet paired_sheet(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                   const std::string& metric, const TableOptions& options);

// reference (reference.cpp): our numbers beside those that others published for the same setting.

/// A published number against the interval of our next run: mean +- t s sqrt(1 + 1/n), 95 %, by Student's t with n
/// - 1 degrees. The published number is one run or a mean over an unknown number of runs. In % points; NaN if n
/// < 2.
struct PublishedComparison {
  double low = 0, high = 0;
  double outside = 0;  // distance of the published number from the interval; 0: inside
  std::string
      verdict;  // "inside", "outside by 0.42", "outside by 2.10: wants an explanation" (over 1.5), "n too small"
};

/// Compares our mean with a published number, in %. Pure.
PublishedComparison compare_with_published(const Estimate& ours, double published);

/// Makes a row per label, data setting, source and metric that can be compared: bACC, and GM without classes of
/// zero recall if the source has it. The notes name numbers that were published for other settings than ours, the
/// settings that differ, and what no source has.
///
/// Pure. Throws Error (usage) if trials of one label and data setting must not be averaged and options.allow_mixed
/// is false.
Sheet reference_sheet(const results::StudyResults& results, const TableOptions& options);

// variance (variance.cpp): the seed that the spread between trials comes from, and trials to resolve a difference.

/// The spread of trials that differ only in one seed.
struct SeedSpread {
  int groups = 0, trials = 0;  // a group has at least two values of the seed, all other seeds being equal
  double std =
      0;  // pooled within groups: sqrt(sum of squares / (trials - groups)), in % points; NaN without groups
};

/// The spread that `seed` ("seeds.init") causes among trials of one label and data setting. A seed that does not
/// act in a trial makes no difference to it. Pure.
SeedSpread seed_spread(const Group& group, const std::string& seed, const std::string& metric,
                       const TableOptions& options);

/// Options that only variance_sheet takes.
struct VarianceOptions {
  std::string label;      // only this label; empty: all labels
  std::string metric;     // a name of table_metrics
  double difference = 1;  // to resolve between two methods, in % points
};

/// Makes, for each label and data setting, a row of all trials with their sample standard deviation and the trials
/// that resolve the difference (see trials_to_resolve), and a row for each of the five seeds.
///
/// Pure. Throws Error (usage) if no trial has the label; or if trials of one label and data setting must not be
/// averaged and table.allow_mixed is false.
Sheet variance_sheet(const results::StudyResults& results, const VarianceOptions& options,
                     const TableOptions& table);

// classes (per_class.cpp): metrics of each class.

/// Makes a row per label, data setting and class, the most frequent class first: training and test samples, and
/// mean and standard deviation of each of class_metrics over the n trials; null: not defined, as without test
/// samples. label: only this one; empty: all labels. The notes name trials without logits, and those without a
/// result.
///
/// Needs records with the ranking of answer_use. Pure. Throws Error (usage) if no trial has the label; if trials of
/// one label and data setting must not be averaged and options.allow_mixed is false, or differ in their classes.
Sheet class_sheet(const results::StudyResults& results, const std::string& label, const TableOptions& options);

// aggregate (tidy.cpp): every number of every trial, one per row, for statistics elsewhere.

/// Makes a row per trial and metric on the test set at the selected epoch: id, label, method, data setting, seed,
/// status, epoch, metric, value.
///
/// Metrics are those of table_metrics and of class_metrics, as "recall_<label>", in %; and
/// "false_positives_<rank>": samples of other classes that were given to one of the classes up to that rank (from
/// 1, by training counts, ties by label), if the training counts are recorded. Those of rankings only if
/// `with_ranking`; the records then need the ranking of answer_use. A metric that a trial cannot have is null. A
/// trial without a result at that epoch has one row, without a metric. A trial counts once under each of its
/// labels, in the order of the study. Pure.
Sheet tidy_sheet(const results::StudyResults& results, Selection selection, bool with_ranking = false);

}  // namespace m2m::report
