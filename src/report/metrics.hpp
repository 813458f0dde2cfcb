#pragma once
// What a table can show of a trial's test set.
#include <span>
#include <string>

#include "report/table.hpp"

namespace m2m::report {

struct Metric {
  const char* name;   // as --metric says it, and as CSV and JSON begin their columns: "last_third"
  const char* title;  // as tables for people say it: "last third"
  const char* key;    // in what metrics_json gives
};

std::span<const Metric> table_metrics();

/// Throws Error (usage), naming them all, where no metric has that name.
const Metric& find_metric(const std::string& name);

/// The metric's title; that of "gm" says what becomes of classes of zero recall.
std::string metric_title(const std::string& name, GmKind gm);

/// The metric of `snapshot`, one of `record`'s, on the test set, in %; NaN where it has none. Pure.
double metric_value(const std::string& name, const results::TrialRecord& record, const results::Snapshot& snapshot,
                    GmKind gm);

}  // namespace m2m::report
