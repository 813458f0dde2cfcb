#include "report/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/philox.hpp"
#include "report/table_formats.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/synthetic_study.hpp"

namespace m2m::report {
namespace {

using Labels = std::vector<std::int32_t>;
using testing::sample_config;

/// Trials of ERM, a seed for each list of predictions.
results::StudyResults study_of(const Labels& labels, const std::vector<Labels>& predictions, int classes) {
  results::StudyResults results;
  int seed = 0;
  for (const Labels& predicted : predictions) {
    results::TrialRecord record =
        testing::sample_record("ERM", sample_config("ERM", seed++), std::vector<int>(classes, 1));
    record.test_labels = labels;
    record.last.test_predictions = predicted;
    record.last.test = Confusion(classes);
    for (std::size_t i = 0; i < labels.size(); ++i) ++record.last.test.at(labels[i], predicted[i]);
    results.trials.push_back({testing::planned(record), results::TrialStatus::done, "", record});
  }
  return results;
}

TableOptions showing(std::vector<std::string> metrics, int resamples) {
  TableOptions options;
  options.metrics = std::move(metrics);
  options.resamples = resamples;
  return options;
}

TableCell cell_of(const results::StudyResults& results, const TableOptions& options) {
  return make_table(results, options).cells.at(0).at(0);
}

/// Class 0 has 40 samples and class 1 has 20; the first right[k] samples of class k are right.
struct TwoClasses {
  Labels labels, predictions;

  explicit TwoClasses(std::array<int, 2> right, bool from_the_end = false) {
    for (const int k : {0, 1}) {
      const int size = k == 0 ? 40 : 20;
      for (int i = 0; i < size; ++i) {
        const int place = from_the_end ? size - 1 - i : i;
        labels.push_back(k);
        predictions.push_back(place < right[static_cast<std::size_t>(k)] ? k : 1 - k);
      }
    }
  }
};

TEST(Bootstrap, OfPerfectAnswersHasNoWidth) {
  const TwoClasses perfect({40, 20});
  const std::vector<std::string> metrics = {"bacc", "gm", "accuracy", "macro_f1", "mcc", "hm", "forward_10"};
  const TableCell cell = cell_of(study_of(perfect.labels, {perfect.predictions}, 2), showing(metrics, 100));
  ASSERT_EQ(cell.intervals.size(), metrics.size());
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    EXPECT_NEAR(cell.intervals[i].low, 100, 1e-9) << metrics[i];
    EXPECT_NEAR(cell.intervals[i].high, 100, 1e-9) << metrics[i];
  }
}

/// The bACC of 100 resamples, drawn sample by sample.
std::vector<double> drawn_bacc(const TwoClasses& two) {
  std::vector<double> values;
  for (std::uint32_t resample = 0; resample < 100; ++resample) {
    double sum = 0;
    for (const int k : {0, 1}) {
      Stream stream({0, SeedRole::subset}, Purpose::bootstrap, resample, static_cast<std::uint32_t>(k));
      const int size = k == 0 ? 40 : 20, first = k == 0 ? 0 : 40;
      int right = 0;
      for (int i = 0; i < size; ++i) {
        const auto sample = static_cast<std::size_t>(first + stream.below(size));
        right += two.predictions[sample] == k ? 1 : 0;
      }
      sum += 50.0 * right / size;
    }
    values.push_back(sum);
  }
  return values;
}

TEST(Bootstrap, DrawsAsManySamplesOfEachClassAsItHas) {
  const TwoClasses two({30, 9});
  const Interval expected = central_interval(drawn_bacc(two));
  const TableCell cell = cell_of(study_of(two.labels, {two.predictions}, 2), showing({"bacc", "uniform"}, 100));
  for (const Interval& interval : cell.intervals) {
    EXPECT_NEAR(interval.low, expected.low, 1e-9);
    EXPECT_NEAR(interval.high, expected.high, 1e-9);
  }
  EXPECT_LT(expected.low, 55);
  EXPECT_GT(expected.high, 65);
}

TEST(Bootstrap, OfOneClassHasTheQuantilesOfTheBinomialDistribution) {
  Labels labels(100, 0), predictions(100, 0);
  for (std::size_t i = 0; i < 50; ++i) predictions[i] = 1;
  // Of 100 draws with p = 0.5, the 2.5 and 97.5 % quantiles are 40 and 60.
  const TableCell cell = cell_of(study_of(labels, {predictions}, 2), showing({"accuracy"}, 10000));
  EXPECT_NEAR(cell.intervals[0].low, 40, 1);
  EXPECT_NEAR(cell.intervals[0].high, 60, 1);
}

TEST(Bootstrap, DrawsTheSameSamplesForAllTrials) {
  // Where one trial is right the other is wrong, so the mean of both is 50 % on any resample.
  const TwoClasses first({20, 10}), second({20, 10}, true);
  const results::StudyResults both = study_of(first.labels, {first.predictions, second.predictions}, 2);
  const TableCell cell = cell_of(both, showing({"bacc"}, 100));
  EXPECT_NEAR(cell.intervals[0].low, 50, 1e-9);
  EXPECT_NEAR(cell.intervals[0].high, 50, 1e-9);
  const TableCell alone = cell_of(study_of(first.labels, {first.predictions}, 2), showing({"bacc"}, 100));
  EXPECT_GT(alone.intervals[0].high - alone.intervals[0].low, 10);
  const std::vector<Labels> twice = {first.predictions, first.predictions};
  const TableCell repeated = cell_of(study_of(first.labels, twice, 2), showing({"bacc"}, 100));
  EXPECT_EQ(repeated.intervals[0].low, alone.intervals[0].low);
  EXPECT_EQ(repeated.intervals[0].high, alone.intervals[0].high);
}

/// Trials with the logits of scored_logits, a trial for each seed.
results::StudyResults scored_study(const std::vector<int>& seeds = {0}) {
  const Labels labels = testing::scored_labels();
  std::vector<Labels> predictions;
  for (const int seed : seeds) predictions.push_back(predictions_from_logits(testing::scored_logits(seed), 5));
  results::StudyResults results = study_of(labels, predictions, 5);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    results::Snapshot& last = results.trials[i].record->last;
    last.test_logits = testing::scored_logits(seeds[i]);
    last.test_ranking = ranking_from_logits(last.test_logits, labels, 5);
  }
  return results;
}

/// AUROC and AUPRC of a resample that is written out, in %.
std::pair<double, double> drawn_ranking(std::uint32_t resample, int seed = 0) {
  const Labels labels = testing::scored_labels();
  const std::vector<float> logits = testing::scored_logits(seed);
  Labels drawn_labels;
  std::vector<float> drawn_logits;
  for (const int k : {0, 1, 2, 4}) {
    std::vector<std::size_t> samples;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == k) samples.push_back(i);
    }
    Stream stream({0, SeedRole::subset}, Purpose::bootstrap, resample, static_cast<std::uint32_t>(k));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::size_t sample = samples[stream.below(static_cast<std::int64_t>(samples.size()))];
      drawn_labels.push_back(k);
      drawn_logits.insert(drawn_logits.end(), logits.begin() + 5 * sample, logits.begin() + 5 * (sample + 1));
    }
  }
  const Ranking ranking = ranking_from_logits(drawn_logits, drawn_labels, 5);
  return {100 * mean_of_defined(ranking.auroc, -1), 100 * mean_of_defined(ranking.average_precision, -1)};
}

TEST(Bootstrap, RanksTheResampledLogits) {
  std::vector<double> auroc, auprc;
  for (std::uint32_t resample = 0; resample < 100; ++resample) {
    const auto [first, second] = drawn_ranking(resample);
    auroc.push_back(first);
    auprc.push_back(second);
  }
  const TableCell cell = cell_of(scored_study(), showing({"auroc", "auprc"}, 100));
  EXPECT_NEAR(cell.metrics[0].mean, 75.79583333333334, 1e-9);  // scikit-learn 1.9.1, see ranking_test.cpp
  EXPECT_NEAR(cell.intervals[0].low, central_interval(auroc).low, 1e-9);
  EXPECT_NEAR(cell.intervals[0].high, central_interval(auroc).high, 1e-9);
  EXPECT_NEAR(cell.intervals[1].low, central_interval(auprc).low, 1e-9);
  EXPECT_NEAR(cell.intervals[1].high, central_interval(auprc).high, 1e-9);
}

TEST(Bootstrap, RanksTheLogitsOfSeveralTrialsOnTheSameResamples) {
  std::vector<double> auroc;
  for (std::uint32_t resample = 0; resample < 100; ++resample) {
    auroc.push_back((drawn_ranking(resample, 0).first + drawn_ranking(resample, 1).first) / 2);
  }
  const results::StudyResults both = scored_study({0, 1});
  const TableCell cell = cell_of(both, showing({"auroc", "bacc", "few"}, 100));
  EXPECT_NEAR(cell.intervals[0].low, central_interval(auroc).low, 1e-9);
  EXPECT_NEAR(cell.intervals[0].high, central_interval(auroc).high, 1e-9);
  const TableCell without = cell_of(both, showing({"bacc", "few"}, 100));  // all trials in one pass
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(cell.intervals[i + 1].low, without.intervals[i].low);
    EXPECT_EQ(cell.intervals[i + 1].high, without.intervals[i].high);
  }
}

TEST(Bootstrap, RefusesRankingsThatNeedTooMuchMemory) {
  EXPECT_NO_THROW(check_ranking_size(8142, 24'426));
  const std::string sentence = testing::complaint([] { check_ranking_size(8142, 100'000); }, ExitCode::usage);
  EXPECT_TRUE(testing::says(sentence, {"8142", "100000", "4.9 GB", "4 GB", "--bootstrap", "auroc", "auprc"}));
  // Other metrics rank nothing.
  results::StudyResults huge = scored_study();
  huge.trials[0].record->last.test.classes = 100'000'000;
  EXPECT_THROW(check_rankings(huge, showing({"bacc", "auprc"}, 100)), Error);
  EXPECT_NO_THROW(check_rankings(huge, showing({"bacc"}, 100)));
  EXPECT_NO_THROW(check_rankings(huge, showing({"auprc"}, 0)));
}

TEST(Bootstrap, HasNoIntervalOfTheCalibration) {
  const ResultTable table = make_table(scored_study(), showing({"bacc", "ece"}, 100));
  EXPECT_FALSE(std::isnan(table.cells[0][0].intervals[0].low));
  EXPECT_TRUE(std::isnan(table.cells[0][0].intervals[1].low));
  EXPECT_TRUE(testing::says(table.notes.back(), {"ECE", "no interval"}));
}

TEST(Bootstrap, NeedsTheLogitsOfEveryTrial) {
  const TwoClasses two({30, 9});
  results::StudyResults results = study_of(two.labels, {two.predictions, two.predictions}, 2);
  results.trials[1].record->last.test_predictions.clear();
  const ResultTable table = make_table(results, showing({"bacc"}, 100));
  EXPECT_TRUE(std::isnan(table.cells[0][0].intervals[0].low));
  EXPECT_EQ(table.cells[0][0].bacc.n, 2);
  EXPECT_TRUE(testing::says(table.notes.front(), {"ERM on CIFAR-LT-10 rho=100", "1 of 2", "logits"}));
  results = study_of(two.labels, {two.predictions}, 2);
  ++results.trials[0].record->last.test.at(0, 0);  // a sample without an answer
  EXPECT_TRUE(std::isnan(cell_of(results, showing({"bacc"}, 100)).intervals[0].low));
}

TEST(Bootstrap, NeedsTheSameTestSamplesInEveryTrial) {
  const TwoClasses two({30, 9});
  results::StudyResults results = study_of(two.labels, {two.predictions, two.predictions}, 2);
  results.trials[1].record->identity["data"]["test"] = "another hash";
  const ResultTable table = make_table(results, showing({"bacc"}, 100));
  EXPECT_TRUE(std::isnan(table.cells[0][0].intervals[0].low));
  EXPECT_TRUE(testing::says(table.notes.front(), {"ERM on CIFAR-LT-10 rho=100", "different samples"}));
}

TEST(Bootstrap, IsShownInEveryFormat) {
  const TwoClasses perfect({40, 20});
  const ResultTable table =
      make_table(study_of(perfect.labels, {perfect.predictions}, 2), showing({"bacc", "few"}, 100));
  const std::string markdown = to_markdown(table);
  EXPECT_NE(markdown.find("100.0 [100.0, 100.0] / 100.0 [100.0, 100.0] (1)"), std::string::npos) << markdown;
  EXPECT_TRUE(testing::says(markdown, {"95 % over 100 resamples"}));
  EXPECT_NE(to_latex(table).find("100.0 [100.0, 100.0]"), std::string::npos);
  EXPECT_NE(to_csv(table).find(",bacc_mean,bacc_std,bacc_low,bacc_high,few_mean,"), std::string::npos);
  EXPECT_EQ(Json::parse(to_json(table)).at("cells").at(0).at("few_high"), 100.0);
}

TEST(Bootstrap, ChangesNothingUnlessAsked) {
  const TwoClasses two({30, 9});
  const ResultTable table = make_table(study_of(two.labels, {two.predictions}, 2), {});
  EXPECT_TRUE(table.cells[0][0].intervals.empty());
  EXPECT_EQ(to_csv(table).find("_low"), std::string::npos);
  EXPECT_EQ(to_markdown(table).find('['), std::string::npos);
}

TEST(Bootstrap, IsOfTheChosenSetting) {
  TableOptions options = showing({"bacc"}, 100);
  options.choose = true;
  const ResultTable table = make_table(scored_study(), options);
  ASSERT_EQ(table.cells[0][0].intervals.size(), 1U);
  EXPECT_EQ(table.cells[0][0].intervals[0].low, cell_of(scored_study(), showing({"bacc"}, 100)).intervals[0].low);
  // Without logits the note names the chosen label, not the others.
  const ResultTable without = testing::chosen(testing::two_betas(), showing({"bacc"}, 100));
  int notes = 0;
  for (const std::string& note : without.notes) notes += note.find("no interval") != std::string::npos ? 1 : 0;
  EXPECT_EQ(notes, 2);  // of M2m and of ERM
}

}  // namespace
}  // namespace m2m::report
