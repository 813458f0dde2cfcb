#pragma once
// Which seed the spread between trials comes from, and how many trials would resolve a difference.
#include <string>
#include <vector>

#include "report/groups.hpp"
#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

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

}  // namespace m2m::report
