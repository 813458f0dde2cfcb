#include "report/table_metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "report/answers.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::sample_config;

/// Training counts 100, 1 and 1; misses go to the next class.
results::TrialRecord record() { return testing::sample_record("ERM", sample_config("ERM", 0), {81, 64, 10}); }

double value(const std::string& name, const results::TrialRecord& of) {
  return metric_value(name, of, of.last, GmKind::zero);
}

TEST(TableMetrics, OfTheConfusionMatrixHaveTheNumbersByHand) {
  // Predictions: 81 + 90 of class 0, 19 + 64 of class 1, 36 + 10 of class 2.
  EXPECT_NEAR(value("macro_precision", record()), 100 * (81 / 171.0 + 64 / 83.0 + 10 / 46.0) / 3, 1e-9);
  EXPECT_NEAR(value("macro_f1", record()), 100 * (162 / 271.0 + 128 / 183.0 + 20 / 146.0) / 3, 1e-9);
  const double predicted = 171.0 * 171 + 83 * 83 + 46 * 46;
  EXPECT_NEAR(value("mcc", record()),
              100 * (155.0 * 300 - 100 * 300) / std::sqrt((90000 - predicted) * (90000 - 30000)), 1e-9);
  EXPECT_NEAR(value("worst_class", record()), 10, 1e-9);
  EXPECT_NEAR(value("hm", record()), 300 / (1 / 0.81 + 1 / 0.64 + 1 / 0.1), 1e-9);
  EXPECT_NEAR(value("uniform", record()), 155 / 3.0, 1e-9);
}

TEST(TableMetrics, ThatRecordsStoreHaveTheStoredValues) {
  const results::TrialRecord of = record();
  const TestMeasures test(of, of.last);
  const Json stored = results::metrics_json(test.totals, test.calibration, test.counts);
  for (const char* key : {"bacc", "gm", "gm_nonzero", "accuracy", "first_third", "middle_third", "last_third",
                          "many", "medium", "few"}) {
    const double expected = 100 * stored.at(key).get<double>(), found = value(key, of);
    EXPECT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected))) << key;
  }
  EXPECT_EQ(value("majority", of), 100 * stored.at("bacc_majority").get<double>());
  EXPECT_EQ(value("minority", of), 100 * stored.at("bacc_minority").get<double>());
  EXPECT_EQ(metric_value("gm", of, of.last, GmKind::nonzero), value("gm_nonzero", of));
  results::TrialRecord without = of;
  without.data.erase("counts");
  EXPECT_TRUE(std::isnan(value("majority", without)) && std::isnan(value("few", without)));
}

TEST(TableMetrics, UnderAPriorGoByTheTrainingCounts) {
  const double root = std::sqrt(50.0);  // of the class in the middle
  EXPECT_NEAR(value("forward_50", record()), (81 * 50 + 64 * root + 10) / (50 + root + 1), 1e-9);
  EXPECT_NEAR(value("backward_50", record()), (81 + 64 * root + 10 * 50) / (50 + root + 1), 1e-9);
  results::TrialRecord other = record();
  other.data["counts"] = {3, 70, 5};  // class 1 first, then 2, then 0
  EXPECT_NEAR(value("forward_2", other), (64 * 2 + 10 * std::sqrt(2.0) + 81) / (3 + std::sqrt(2.0)), 1e-9);
  other.data.erase("counts");
  EXPECT_TRUE(std::isnan(value("forward_2", other)));
  EXPECT_NEAR(value("uniform", other), 155 / 3.0, 1e-9);
}

TEST(TableMetrics, OfRankingsAreMeansOverTheClassesThatHaveThem) {
  results::TrialRecord ranked = record();
  EXPECT_TRUE(std::isnan(value("auroc", ranked)));
  ranked.last.test_ranking = {{0.75, 0.5, results::not_measured}, {0.25, 0.75, results::not_measured}};
  EXPECT_NEAR(value("auroc", ranked), 62.5, 1e-9);
  EXPECT_NEAR(value("auprc", ranked), 50, 1e-9);
}

TEST(TableMetrics, OfNoClassesAreZeroOrNotMeasured) {
  results::TrialRecord empty = record();
  empty.last.test = Confusion();
  for (const Metric& metric : table_metrics()) {
    const double found = value(metric.name, empty);
    EXPECT_TRUE(found == 0 || std::isnan(found)) << metric.name;
  }
  for (const ClassMetric& metric : class_metrics()) {
    EXPECT_TRUE(metric.measure(TestMeasures(empty, empty.last)).empty()) << metric.name;
  }
}

TEST(AnswerUse, IsWhatTheMetricsAndTheirIntervalsNeed) {
  TableOptions options;
  EXPECT_EQ(reading_for(answer_use({"bacc", "ece", "mcc"}, options)).parts, results::RecordParts::metrics);
  const AnswerUse ranking = answer_use({"bacc", "auprc"}, options);
  EXPECT_TRUE(ranking.ranking && !ranking.predictions && !ranking.logits);
  EXPECT_EQ(reading_for(ranking).parts, results::RecordParts::answers);
  options.resamples = 100;
  EXPECT_TRUE(answer_use({"bacc"}, options).predictions);
  EXPECT_FALSE(answer_use({"bacc"}, options).logits);
  EXPECT_TRUE(answer_use({"auroc"}, options).logits);
}

TEST(AnswerUse, KeepsNoLogitsThatNothingNeeds) {
  results::TrialRecord reduced = testing::random_record(5);
  const results::TrialRecord whole = reduced;
  TableOptions options;
  reading_for(answer_use({"auroc"}, options)).reduce(reduced);
  EXPECT_EQ(reduced.last.test_ranking.auroc.size(), 10U);
  EXPECT_TRUE(reduced.last.test_logits.empty() && reduced.best->test_logits.empty());
  EXPECT_TRUE(reduced.best->test_ranking.auroc.empty());
  reduced = whole;
  options.selection = Selection::best;
  options.resamples = 100;
  reading_for(answer_use({"auroc"}, options)).reduce(reduced);
  EXPECT_EQ(reduced.best->test_logits, whole.best->test_logits);
  EXPECT_EQ(reduced.best->test_predictions, predictions_from_logits(whole.best->test_logits, 10));
  EXPECT_TRUE(reduced.last.test_logits.empty() && reduced.last.test_predictions.empty());
}

}  // namespace
}  // namespace m2m::report
