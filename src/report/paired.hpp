#pragma once
// Two methods compared seed by seed: they share data, plans and prefixes, so that most of the spread goes out.
#include <string>
#include <vector>

#include "report/sheet.hpp"
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

}  // namespace m2m::report
