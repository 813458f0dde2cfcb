#include "core/metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace m2m {

Confusion confusion_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  Confusion confusion(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const float* row = logits.data() + i * static_cast<std::size_t>(classes);
    ++confusion.at(labels[i], static_cast<int>(std::max_element(row, row + classes) - row));
  }
  return confusion;
}

std::vector<double> recalls(const Confusion& confusion) {
  std::vector<double> recall(static_cast<std::size_t>(confusion.classes), std::numeric_limits<double>::quiet_NaN());
  for (int k = 0; k < confusion.classes; ++k) {
    std::int64_t samples = 0;
    for (int j = 0; j < confusion.classes; ++j) samples += confusion.at(k, j);
    if (samples > 0) recall[k] = static_cast<double>(confusion.at(k, k)) / static_cast<double>(samples);
  }
  return recall;
}

double balanced_accuracy(const Confusion& confusion) {
  return balanced_accuracy(confusion, std::vector<bool>(static_cast<std::size_t>(confusion.classes), true));
}

double balanced_accuracy(const Confusion& confusion, const std::vector<bool>& classes) {
  const std::vector<double> recall = recalls(confusion);
  double sum = 0;
  int counted = 0;
  for (int k = 0; k < confusion.classes; ++k) {
    if (!classes[k] || std::isnan(recall[k])) continue;
    sum += recall[k];
    ++counted;
  }
  return counted == 0 ? 0.0 : sum / counted;
}

double group_accuracy(const Confusion& confusion, const std::vector<bool>& classes) {
  const std::vector<double> recall = recalls(confusion);
  bool is_tested = false;
  for (int k = 0; k < confusion.classes; ++k) is_tested |= classes[k] && !std::isnan(recall[k]);
  return is_tested ? balanced_accuracy(confusion, classes) : std::numeric_limits<double>::quiet_NaN();
}

double geometric_mean(const Confusion& confusion) {
  double log_sum = 0;
  int counted = 0;
  for (double recall : recalls(confusion)) {
    if (std::isnan(recall)) continue;
    if (recall == 0) return 0.0;
    log_sum += std::log(recall);
    ++counted;
  }
  return counted == 0 ? 0.0 : std::exp(log_sum / counted);
}

double geometric_mean_of_nonzero(const Confusion& confusion) {
  double log_sum = 0;
  int counted = 0;
  for (double recall : recalls(confusion)) {
    if (std::isnan(recall) || recall == 0) continue;
    log_sum += std::log(recall);
    ++counted;
  }
  return counted == 0 ? 0.0 : std::exp(log_sum / counted);
}

double accuracy(const Confusion& confusion) {
  std::int64_t right = 0;
  std::int64_t all = 0;
  for (int k = 0; k < confusion.classes; ++k) right += confusion.at(k, k);
  for (std::int64_t cell : confusion.cells) all += cell;
  return all == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(all);
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
