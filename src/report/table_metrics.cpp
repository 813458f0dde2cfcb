#include "report/table_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace m2m::report {
namespace {

using results::not_measured;

double bacc(const TestMeasures& test) { return balanced_accuracy(test.totals); }
double gm(const TestMeasures& test) { return geometric_mean(test.totals); }
double gm_nonzero(const TestMeasures& test) { return geometric_mean_of_nonzero(test.totals); }
double share_of_right(const TestMeasures& test) { return accuracy(test.totals); }
double ece(const TestMeasures& test) { return test.calibration.ece; }

double of_group(const TestMeasures& test, const std::string& name) {
  const auto group =
      std::find_if(test.groups.begin(), test.groups.end(), [&](const ClassGroup& one) { return one.name == name; });
  return group == test.groups.end() ? not_measured : group_accuracy(test.totals, group->classes);
}

double majority(const TestMeasures& test) { return of_group(test, "majority"); }
double minority(const TestMeasures& test) { return of_group(test, "minority"); }
double first_third(const TestMeasures& test) { return of_group(test, "first_third"); }
double middle_third(const TestMeasures& test) { return of_group(test, "middle_third"); }
double last_third(const TestMeasures& test) { return of_group(test, "last_third"); }
double many(const TestMeasures& test) { return of_group(test, "many"); }
double medium(const TestMeasures& test) { return of_group(test, "medium"); }
double few(const TestMeasures& test) { return of_group(test, "few"); }

double macro_f1(const TestMeasures& test) { return mean_of_defined(f1_scores(test.totals), 0); }
double macro_precision(const TestMeasures& test) { return mean_of_defined(precisions(test.totals), 0); }
double mcc(const TestMeasures& test) { return correlation(test.totals); }
double worst_class(const TestMeasures& test) { return worst_recall(test.totals); }
double hm(const TestMeasures& test) { return harmonic_mean(test.totals); }
double auroc(const TestMeasures& test) { return mean_of_defined(test.ranking.auroc, not_measured); }
double auprc(const TestMeasures& test) { return mean_of_defined(test.ranking.average_precision, not_measured); }

double under_long_tail(const TestMeasures& test, double ratio) {
  if (test.counts.empty()) return not_measured;
  return accuracy_under(long_tail_shares(test.counts, ratio), test.totals);
}

template <int ratio>
double forward(const TestMeasures& test) {
  return under_long_tail(test, ratio);
}

template <int ratio>
double backward(const TestMeasures& test) {
  return under_long_tail(test, 1.0 / ratio);
}

constexpr Metric of_confusion(const char* name, const char* title, double (*measure)(const TestMeasures&)) {
  return {name, title, MetricSource::confusion, measure};
}

constexpr Metric of_ranking(const char* name, const char* title, double (*measure)(const TestMeasures&)) {
  return {name, title, MetricSource::ranking, measure};
}

constexpr std::array metrics{of_confusion("bacc", "bACC", bacc),
                             of_confusion("gm", "GM", gm),
                             of_confusion("gm_nonzero", "GM without classes of zero recall", gm_nonzero),
                             of_confusion("accuracy", "accuracy", share_of_right),
                             of_confusion("majority", "majority", majority),
                             of_confusion("minority", "minority", minority),
                             of_confusion("first_third", "first third", first_third),
                             of_confusion("middle_third", "middle third", middle_third),
                             of_confusion("last_third", "last third", last_third),
                             of_confusion("many", "many-shot", many),
                             of_confusion("medium", "medium-shot", medium),
                             of_confusion("few", "few-shot", few),
                             Metric{"ece", "ECE", MetricSource::calibration, ece},
                             of_confusion("macro_f1", "macro-F1", macro_f1),
                             of_confusion("macro_precision", "macro precision", macro_precision),
                             of_confusion("mcc", "MCC", mcc),
                             of_confusion("worst_class", "worst class", worst_class),
                             of_confusion("hm", "HM", hm),
                             of_confusion("forward_50", "forward 50", forward<50>),
                             of_confusion("forward_25", "forward 25", forward<25>),
                             of_confusion("forward_10", "forward 10", forward<10>),
                             of_confusion("forward_5", "forward 5", forward<5>),
                             of_confusion("forward_2", "forward 2", forward<2>),
                             of_confusion("uniform", "uniform", bacc),
                             of_confusion("backward_2", "backward 2", backward<2>),
                             of_confusion("backward_5", "backward 5", backward<5>),
                             of_confusion("backward_10", "backward 10", backward<10>),
                             of_confusion("backward_25", "backward 25", backward<25>),
                             of_confusion("backward_50", "backward 50", backward<50>),
                             of_ranking("auroc", "AUROC", auroc),
                             of_ranking("auprc", "AUPRC", auprc)};

constexpr std::array by_class{ClassMetric{"recall", "recall", MetricSource::confusion,
                                          [](const TestMeasures& test) { return recalls(test.totals); }},
                              ClassMetric{"precision", "precision", MetricSource::confusion,
                                          [](const TestMeasures& test) { return precisions(test.totals); }},
                              ClassMetric{"f1", "F1", MetricSource::confusion,
                                          [](const TestMeasures& test) { return f1_scores(test.totals); }},
                              ClassMetric{"auroc", "AUROC", MetricSource::ranking,
                                          [](const TestMeasures& test) { return test.ranking.auroc; }},
                              ClassMetric{"auprc", "AUPRC", MetricSource::ranking,
                                          [](const TestMeasures& test) { return test.ranking.average_precision; }}};

bool is_gm_of_nonzero(const Metric& metric, GmKind gm) {
  return std::string(metric.name) == "gm" && gm == GmKind::nonzero;
}

}  // namespace

TestMeasures::TestMeasures(const results::TrialRecord& record, const results::Snapshot& snapshot)
    : totals(snapshot.test),
      counts(results::recorded_counts(record.data, snapshot.test.classes)),
      names(results::recorded_class_names(record.data, snapshot.test.classes)),
      groups(counts.empty() ? std::vector<ClassGroup>() : class_groups(counts)),
      calibration(snapshot.test_calibration),
      ranking(snapshot.test_ranking) {}

std::span<const Metric> table_metrics() { return metrics; }

const Metric& find_metric(const std::string& name) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const Metric& one) { return name == one.name; });
  if (found != metrics.end()) return *found;
  std::string names;
  for (const Metric& metric : metrics) names += fmt::format("{}{}", names.empty() ? "" : ", ", metric.name);
  throw usage_error(fmt::format("'{}' is not a metric of a table: expected one of {}", name, names));
}

std::string metric_title(const std::string& name, GmKind gm) {
  const Metric& metric = find_metric(name);
  return is_gm_of_nonzero(metric, gm) ? to_text(gm) : metric.title;
}

double metric_value(const Metric& metric, const TestMeasures& measures, GmKind gm) {
  return 100 * (is_gm_of_nonzero(metric, gm) ? gm_nonzero(measures) : metric.measure(measures));
}

double metric_value(const std::string& name, const results::TrialRecord& record, const results::Snapshot& snapshot,
                    GmKind gm) {
  return metric_value(find_metric(name), TestMeasures(record, snapshot), gm);
}

std::span<const ClassMetric> class_metrics() { return by_class; }

}  // namespace m2m::report
