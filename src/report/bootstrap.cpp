#include "report/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/error.hpp"
#include "core/philox.hpp"

namespace m2m::report {
namespace {

using Weights = std::vector<std::uint32_t>;  // how often a resample has each test sample

/// A trial, its answers to the test samples, and its metrics on a resample of them.
struct Tested {
  const std::vector<std::int32_t>& labels;       // [n]
  const std::vector<std::int32_t>& predictions;  // [n]
  std::span<const float> logits;                 // [n, K]; empty if no metric ranks
  std::string test_set;                          // identifies the samples
  TestMeasures measures;                         // of the recorded matrix; then of the last resample
  std::vector<OneAgainstRest> ranked = {};       // [K] while it is resampled; empty if logits are not finite
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
    trials.push_back({record->test_labels, snapshot->test_predictions,
                      ranks ? std::span<const float>(snapshot->test_logits) : std::span<const float>(),
                      test_set_of(*record), TestMeasures(*record, *snapshot)});
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

/// Ranks the logits of a trial, if it has any.
void rank(Tested& trial) {
  if (trial.logits.empty()) return;
  const std::size_t classes = trial.measures.totals.samples.size();
  trial.ranked = rank_by_class(trial.logits, trial.labels, static_cast<int>(classes));
  if (trial.ranked.empty()) return;
  trial.measures.ranking.auroc.resize(classes);
  trial.measures.ranking.average_precision.resize(classes);
}

/// The mean of the values that are defined, one added at a time; the same as mean_of_defined.
struct Mean {
  double sum = 0;
  int n = 0;

  void add(double value) {
    if (std::isnan(value)) return;
    sum += value;
    ++n;
  }
  double value() const { return n == 0 ? results::not_measured : sum / n; }
};

/// The means of metrics over trials, on each resample.
class ResampledMeans {
 public:
  explicit ResampledMeans(const TableOptions& options)
      : gm_(options.gm), means_(options.metrics.size(), std::vector<Mean>(options.resamples)) {
    for (const std::string& name : options.metrics) metrics_.push_back(&find_metric(name));
  }

  std::uint32_t resamples() const { return means_.empty() ? 0 : static_cast<std::uint32_t>(means_[0].size()); }

  /// Adds the metrics of a trial on a resample. Calibration is not resampled.
  void add(std::uint32_t resample, const TestMeasures& measures) {
    for (std::size_t m = 0; m < metrics_.size(); ++m) {
      if (metrics_[m]->source == MetricSource::calibration) continue;
      means_[m][resample].add(metric_value(*metrics_[m], measures, gm_));
    }
  }

  std::vector<Interval> intervals() const {
    std::vector<Interval> found;
    for (const std::vector<Mean>& of_metric : means_) {
      std::vector<double> values;
      for (const Mean& mean : of_metric) values.push_back(mean.value());
      found.push_back(central_interval(std::move(values)));
    }
    return found;
  }

 private:
  GmKind gm_;
  std::vector<const Metric*> metrics_;
  std::vector<std::vector<Mean>> means_;  // [metrics][resamples]
};

/// Adds these trials on all resamples. Holds their rankings meanwhile.
void add_trials(ResampledMeans& means, std::span<Tested> trials, const Resampler& resampler) {
  for (Tested& trial : trials) rank(trial);
  for (std::uint32_t r = 0; r < means.resamples(); ++r) {
    const Weights weights = resampler.draw(r);
    for (Tested& trial : trials) {
      resample(trial, weights);
      means.add(r, trial.measures);
    }
  }
  for (Tested& trial : trials) trial.ranked = {};
}

std::vector<Interval> resampled_intervals(std::vector<Tested> trials, const TableOptions& options) {
  ResampledMeans means(options);
  const Resampler resampler(trials.front().labels, trials.front().measures.totals.samples.size());
  // Rankings are large, so that each trial has its own pass over the resamples. Without them trials share the
  // draws.
  const std::size_t at_once = has_ranking(options.metrics) ? 1 : trials.size();
  for (std::size_t first = 0; first < trials.size(); first += at_once) {
    add_trials(means, std::span(trials).subspan(first, at_once), resampler);
  }
  return means.intervals();
}

}  // namespace

CellIntervals bootstrap_intervals(const Group& group, const std::string& location, const TableOptions& options) {
  CellIntervals found{std::vector<Interval>(options.metrics.size()), {}};
  std::vector<Tested> trials = tested_trials(group, options);
  if (trials.empty()) return found;
  const std::string why_not = why_not_resample(trials);
  if (why_not.empty()) {
    found.intervals = resampled_intervals(std::move(trials), options);
  } else {
    found.notes.push_back(fmt::format("{}: no interval of the mean: {}", location, why_not));
  }
  return found;
}

void check_ranking_size(int classes, std::size_t samples) {
  constexpr double max_gigabytes = 4;
  constexpr double bytes = sizeof(std::int32_t) + 2 * sizeof(std::uint8_t);  // of a sample in OneAgainstRest
  const double gigabytes = bytes * classes * static_cast<double>(samples) / 1e9;
  if (gigabytes <= max_gigabytes) return;
  throw usage_error(fmt::format(
      "--bootstrap ranks {} test samples by {} classes for AUROC and AUPRC, which needs {:.1f} GB of at "
      "most {:.0f} GB; leave out --bootstrap, or --metric auroc and auprc",
      samples, classes, gigabytes, max_gigabytes));
}

void check_rankings(const results::StudyResults& results, const TableOptions& options) {
  if (options.resamples == 0 || !has_ranking(options.metrics)) return;
  for (const results::TrialOutcome& trial : results.trials) {
    const results::Snapshot* snapshot =
        trial.record ? selected_snapshot(*trial.record, options.selection) : nullptr;
    if (snapshot == nullptr || snapshot->test_logits.empty()) continue;
    check_ranking_size(snapshot->test.classes, trial.record->test_labels.size());
  }
}

}  // namespace m2m::report
