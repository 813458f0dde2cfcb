#pragma once
// The metrics that a table can show, by name. docs/report.md lists their definitions.
#include <span>
#include <string>
#include <vector>

#include "core/metrics.hpp"
#include "core/ranking.hpp"
#include "report/options.hpp"
#include "results/record.hpp"

namespace m2m::report {

/// What a metric is computed from.
enum class MetricSource {
  confusion,    // the confusion matrix, and training counts
  calibration,  // the calibration that a record stores
  ranking,      // the stored logits
};

/// What is known of the test set at one epoch of a trial.
struct TestMeasures {
  ClassTotals totals;
  ClassCounts counts;              // for training; empty: not recorded
  std::vector<std::string> names;  // of the classes; empty: they have none
  std::vector<ClassGroup> groups;  // of the counts; empty: not recorded
  Calibration calibration;
  Ranking ranking;  // empty: no logits were read

  TestMeasures(const results::TrialRecord& record, const results::Snapshot& snapshot);
};

/// A metric of the test set.
struct Metric {
  const char* name;   // for --metric, and the start of its columns in CSV and JSON: "last_third"
  const char* title;  // in tables for people: "last third"
  MetricSource source = MetricSource::confusion;
  double (*measure)(const TestMeasures&) = nullptr;  // as a fraction; NaN: not measured
};

/// Lists every metric that a table can show.
std::span<const Metric> table_metrics();

/// Finds a metric by its name. Throws Error (usage) if there is none of that name; lists all names.
const Metric& find_metric(const std::string& name);

/// The title of a metric; the title of "gm" tells the kind of GM. Throws Error (usage) as find_metric does.
std::string metric_title(const std::string& name, GmKind gm);

/// A metric in %; NaN if it was not measured. Pure.
double metric_value(const Metric& metric, const TestMeasures& measures, GmKind gm);

/// A metric of a snapshot of `record` on the test set, in %; NaN if it was not measured. Pure. Throws Error (usage)
/// as find_metric does.
double metric_value(const std::string& name, const results::TrialRecord& record, const results::Snapshot& snapshot,
                    GmKind gm);

/// A value of [0, 1] for each class, [K]; NaN if it is not defined.
struct ClassMetric {
  const char* name;   // "precision": in CSV and JSON
  const char* title;  // in tables for people
  MetricSource source;
  std::vector<double> (*measure)(const TestMeasures&);  // [K], or empty: not measured
};

/// Lists the metrics of single classes: recall, precision, F1, AUROC, average precision.
std::span<const ClassMetric> class_metrics();

}  // namespace m2m::report
