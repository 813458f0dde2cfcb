#include "report/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/philox.hpp"

namespace m2m::report {
namespace {

using Weights = std::vector<std::uint32_t>;  // how often a resample has each test sample

/// A trial, its answers to the test samples, and its metrics on a resample of them.
struct Tested {
  const std::vector<std::int32_t>& labels;       // [n]
  const std::vector<std::int32_t>& predictions;  // [n]
  std::vector<OneAgainstRest> ranked;            // [K]; empty if no metric ranks, or logits are not finite
  std::string test_set;                          // identifies the samples
  TestMeasures measures;                         // of the recorded matrix; then of the last resample
};

bool has_ranking(const std::vector<std::string>& metrics) {
  return std::any_of(metrics.begin(), metrics.end(),
                     [](const std::string& name) { return find_metric(name).source == MetricSource::ranking; });
}

std::string test_set_of(const results::TrialRecord& record) {
  const Json::json_pointer place("/data/test");
  return record.identity.contains(place) ? canonical_json(record.identity.at(place)) : "";
}

/// The trials that have a snapshot at the selected epoch.
std::vector<Tested> tested_trials(const Group& group, const TableOptions& options) {
  std::vector<Tested> trials;
  const bool ranks = has_ranking(options.metrics);
  for (const results::TrialRecord* record : records(group)) {
    const results::Snapshot* snapshot = selected_snapshot(*record, options.selection);
    if (snapshot == nullptr) continue;
    const int classes = snapshot->test.classes;
    trials.push_back({record->test_labels, snapshot->test_predictions,
                      ranks && !snapshot->test_logits.empty()
                          ? rank_by_class(snapshot->test_logits, record->test_labels, classes)
                          : std::vector<OneAgainstRest>(),
                      test_set_of(*record), TestMeasures(*record, *snapshot)});
    Ranking& ranking = trials.back().measures.ranking;
    if (trials.back().ranked.empty()) continue;
    ranking.auroc.resize(trials.back().ranked.size());
    ranking.average_precision.resize(trials.back().ranked.size());
  }
  return trials;
}

/// True if the predictions are those of the samples in the confusion matrix.
bool has_answers(const Tested& trial) {
  if (trial.predictions.empty() || trial.predictions.size() != trial.labels.size()) return false;
  ClassCounts samples(trial.measures.totals.samples.size());
  for (const std::int32_t label : trial.labels) ++samples[label];
  return samples == trial.measures.totals.samples;
}

/// Empty if the trials can be resampled together.
std::string why_not_resample(const std::vector<Tested>& trials) {
  const auto lacking = trials.size() - std::count_if(trials.begin(), trials.end(), has_answers);
  if (lacking > 0) return fmt::format("{} of {} trials have no logits recorded", lacking, trials.size());
  const auto differs = [&](const Tested& trial) {
    return trial.labels != trials.front().labels || trial.test_set != trials.front().test_set;
  };
  const bool is_mixed = std::any_of(trials.begin(), trials.end(), differs);
  return is_mixed ? "its trials were tested on different samples" : "";
}

/// Draws resamples of a test set, class by class.
class Resampler {
 public:
  Resampler(const std::vector<std::int32_t>& labels, std::size_t classes) : samples_(classes), n_(labels.size()) {
    for (std::size_t i = 0; i < n_; ++i) samples_[labels[i]].push_back(i);
  }

  Weights draw(std::uint32_t resample) const {
    constexpr Key key{0, SeedRole::subset};  // any key: the draws of no trial have this purpose
    Weights weights(n_);
    for (std::size_t k = 0; k < samples_.size(); ++k) {
      const auto size = static_cast<std::int64_t>(samples_[k].size());
      Stream stream(key, Purpose::bootstrap, resample, static_cast<std::uint32_t>(k));
      for (std::int64_t i = 0; i < size; ++i) ++weights[samples_[k][stream.below(size)]];
    }
    return weights;
  }

 private:
  std::vector<std::vector<std::size_t>> samples_;  // of each class
  std::size_t n_;
};

/// Sets the measures of a trial to those of a resample. Classes keep their numbers of samples.
void resample(Tested& trial, const Weights& weights) {
  ClassTotals& totals = trial.measures.totals;
  std::fill(totals.predicted.begin(), totals.predicted.end(), 0);
  std::fill(totals.right.begin(), totals.right.end(), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    totals.predicted[trial.predictions[i]] += weights[i];
    if (trial.predictions[i] == trial.labels[i]) totals.right[trial.labels[i]] += weights[i];
  }
  for (std::size_t k = 0; k < trial.ranked.size(); ++k) {
    const RankingQuality quality = measure_ranking(trial.ranked[k], weights);
    trial.measures.ranking.auroc[k] = quality.auroc;
    trial.measures.ranking.average_precision[k] = quality.average_precision;
  }
}

/// The mean of a metric over the trials that have it; NaN if none has, or the metric is not resampled.
double mean_over(const std::vector<Tested>& trials, const Metric& metric, GmKind gm) {
  std::vector<double> values;
  if (metric.source == MetricSource::calibration) return results::not_measured;
  values.reserve(trials.size());
  for (const Tested& trial : trials) values.push_back(metric_value(metric, trial.measures, gm));
  return mean_of_defined(values, results::not_measured);
}

std::vector<Interval> resampled_intervals(std::vector<Tested> trials, const TableOptions& options) {
  std::vector<std::vector<double>> means(options.metrics.size());
  const Resampler resampler(trials.front().labels, trials.front().measures.totals.samples.size());
  for (int r = 0; r < options.resamples; ++r) {
    const Weights weights = resampler.draw(static_cast<std::uint32_t>(r));
    for (Tested& trial : trials) resample(trial, weights);
    for (std::size_t m = 0; m < means.size(); ++m) {
      means[m].push_back(mean_over(trials, find_metric(options.metrics[m]), options.gm));
    }
  }
  std::vector<Interval> intervals;
  for (std::vector<double>& of_metric : means) intervals.push_back(central_interval(std::move(of_metric)));
  return intervals;
}

}  // namespace

CellIntervals bootstrap_intervals(const Group& group, const std::string& location, const TableOptions& options) {
  CellIntervals found{std::vector<Interval>(options.metrics.size()), {}};
  const std::vector<Tested> trials = tested_trials(group, options);
  if (trials.empty()) return found;
  const std::string why_not = why_not_resample(trials);
  if (why_not.empty()) {
    found.intervals = resampled_intervals(trials, options);
  } else {
    found.notes.push_back(fmt::format("{}: no interval of the mean: {}", location, why_not));
  }
  return found;
}

}  // namespace m2m::report
