#pragma once
// Our numbers beside what others published for the same setting.
#include <string>

#include "report/estimate.hpp"
#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

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

}  // namespace m2m::report
