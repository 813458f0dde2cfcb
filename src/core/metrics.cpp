#include "core/metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace m2m {

std::vector<std::int32_t> predictions_from_logits(std::span<const float> logits, int classes) {
  std::vector<std::int32_t> predictions;
  for (auto row = logits.begin(); row != logits.end(); row += classes) {
    predictions.push_back(static_cast<std::int32_t>(std::max_element(row, row + classes) - row));
  }
  return predictions;
}

Confusion confusion_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  Confusion confusion(classes);
  if (labels.empty()) return confusion;
  const std::vector<std::int32_t> predictions = predictions_from_logits(logits, classes);
  for (std::size_t i = 0; i < labels.size(); ++i) ++confusion.at(labels[i], predictions[i]);
  return confusion;
}

ClassTotals::ClassTotals(const Confusion& confusion)
    : samples(static_cast<std::size_t>(confusion.classes)), predicted(samples), right(samples) {
  for (int k = 0; k < confusion.classes; ++k) {
    right[k] = confusion.at(k, k);
    for (int j = 0; j < confusion.classes; ++j) {
      samples[k] += confusion.at(k, j);
      predicted[j] += confusion.at(k, j);
    }
  }
}

namespace {

constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

/// A value for each class with samples, NaN for the others.
template <typename Value>
std::vector<double> by_class(const ClassTotals& totals, const Value& value) {
  std::vector<double> values(totals.samples.size(), not_defined);
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (totals.samples[k] > 0) values[k] = value(k);
  }
  return values;
}

}  // namespace

std::vector<double> recalls(const ClassTotals& totals) {
  return by_class(totals, [&](std::size_t k) {
    return static_cast<double>(totals.right[k]) / static_cast<double>(totals.samples[k]);
  });
}

std::vector<double> precisions(const ClassTotals& totals) {
  return by_class(totals, [&](std::size_t k) {
    const std::int64_t predicted = totals.predicted[k];
    return predicted == 0 ? 0.0 : static_cast<double>(totals.right[k]) / static_cast<double>(predicted);
  });
}

std::vector<double> f1_scores(const ClassTotals& totals) {
  return by_class(totals, [&](std::size_t k) {
    return 2 * static_cast<double>(totals.right[k]) / static_cast<double>(totals.samples[k] + totals.predicted[k]);
  });
}

double mean_of_defined(const std::vector<double>& values, double otherwise) {
  double sum = 0;
  int counted = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++counted;
  }
  return counted == 0 ? otherwise : sum / counted;
}

double balanced_accuracy(const ClassTotals& totals) { return mean_of_defined(recalls(totals), 0); }

double balanced_accuracy(const ClassTotals& totals, const std::vector<bool>& classes) {
  const double mean = group_accuracy(totals, classes);
  return std::isnan(mean) ? 0.0 : mean;
}

double group_accuracy(const ClassTotals& totals, const std::vector<bool>& classes) {
  std::vector<double> of_group = recalls(totals);
  for (std::size_t k = 0; k < of_group.size(); ++k) {
    if (!classes[k]) of_group[k] = not_defined;
  }
  return mean_of_defined(of_group, not_defined);
}

double geometric_mean(const ClassTotals& totals) {
  double log_sum = 0;
  int counted = 0;
  for (double recall : recalls(totals)) {
    if (std::isnan(recall)) continue;
    if (recall == 0) return 0.0;
    log_sum += std::log(recall);
    ++counted;
  }
  return counted == 0 ? 0.0 : std::exp(log_sum / counted);
}

double geometric_mean_of_nonzero(const ClassTotals& totals) {
  double log_sum = 0;
  int counted = 0;
  for (double recall : recalls(totals)) {
    if (std::isnan(recall) || recall == 0) continue;
    log_sum += std::log(recall);
    ++counted;
  }
  return counted == 0 ? 0.0 : std::exp(log_sum / counted);
}

double harmonic_mean(const ClassTotals& totals) {
  std::vector<double> inverse = recalls(totals);
  for (double& recall : inverse) {
    if (recall == 0) return 0.0;
    recall = 1 / recall;
  }
  const double mean = mean_of_defined(inverse, 0);
  return mean == 0 ? 0.0 : 1 / mean;
}

double worst_recall(const ClassTotals& totals) {
  double worst = not_defined;
  for (const double recall : recalls(totals)) worst = std::fmin(worst, recall);  // ignores NaN
  return std::isnan(worst) ? 0.0 : worst;
}

double accuracy(const ClassTotals& totals) {
  const std::int64_t all = total(totals.samples);
  return all == 0 ? 0.0 : static_cast<double>(total(totals.right)) / static_cast<double>(all);
}

double correlation(const ClassTotals& totals) {
  const auto all = static_cast<double>(total(totals.samples));
  double products = 0, of_samples = 0, of_predicted = 0;
  for (std::size_t k = 0; k < totals.samples.size(); ++k) {
    const auto samples = static_cast<double>(totals.samples[k]);
    const auto predicted = static_cast<double>(totals.predicted[k]);
    products += samples * predicted;
    of_samples += samples * samples;
    of_predicted += predicted * predicted;
  }
  const double spread = std::sqrt(std::max(all * all - of_samples, 0.0) * std::max(all * all - of_predicted, 0.0));
  return spread == 0 ? 0.0 : (static_cast<double>(total(totals.right)) * all - products) / spread;
}

double accuracy_under(const std::vector<double>& prior, const ClassTotals& totals) {
  const std::vector<double> recall = recalls(totals);
  double sum = 0, shares = 0;
  for (std::size_t k = 0; k < recall.size(); ++k) {
    if (std::isnan(recall[k])) continue;
    sum += prior[k] * recall[k];
    shares += prior[k];
  }
  return shares == 0 ? 0.0 : sum / shares;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

namespace {

/// The prediction for one sample.
struct Prediction {
  bool is_right;
  double confidence, log_likelihood;
};

Prediction predict(std::span<const float> logits, std::int32_t label) {
  const auto top = std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(double{logit} - double{*top});
  return {top - logits.begin() == label, 1 / sum, double{logits[label]} - double{*top} - std::log(sum)};
}

int bin_index(double confidence) {
  return std::clamp(static_cast<int>(std::ceil(confidence * calibration_bins)) - 1, 0, calibration_bins - 1);
}

}  // namespace

Calibration calibration_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels,
                                    int classes) {
  if (labels.empty() || classes == 0) return {};
  if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); })) return {};
  std::array<double, calibration_bins> gaps{};  // per bin: correct samples minus the sum of confidences
  double log_likelihood = 0;
  const auto width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Prediction prediction = predict(logits.subspan(i * width, width), labels[i]);
    gaps[bin_index(prediction.confidence)] += (prediction.is_right ? 1.0 : 0.0) - prediction.confidence;
    log_likelihood += prediction.log_likelihood;
  }
  double sum = 0;
  for (const double gap : gaps) sum += std::abs(gap);
  const auto count = static_cast<double>(labels.size());
  return {sum / count, -log_likelihood / count};
}

std::vector<int> untested_classes(const ClassCounts& samples) {
  std::vector<int> untested;
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (samples[k] == 0) untested.push_back(static_cast<int>(k));
  }
  return untested;
}

std::vector<int> untested_classes(const Confusion& confusion) {
  std::vector<int> untested;
  const std::vector<double> recall = recalls(confusion);
  for (int k = 0; k < confusion.classes; ++k) {
    if (std::isnan(recall[k])) untested.push_back(k);
  }
  return untested;
}

std::string untested_note(const std::vector<int>& untested, int classes, const std::string& part) {
  constexpr std::size_t max_named = 10;
  if (untested.empty()) return "";
  const auto named = untested.begin() + static_cast<std::ptrdiff_t>(std::min(untested.size(), max_named));
  std::string names = fmt::format("{}", fmt::join(untested.begin(), named, ", "));
  if (named != untested.end()) names += fmt::format(" and {} more", untested.end() - named);
  const bool is_one = untested.size() == 1;
  return fmt::format(
      "class{} {} of {} {} no {} sample: {} recall is not defined, and bACC, GM and groups of classes are means "
      "over the other {}",
      is_one ? "" : "es", names, classes, is_one ? "has" : "have", part, is_one ? "its" : "their",
      static_cast<std::size_t>(classes) - untested.size());
}

}  // namespace m2m
