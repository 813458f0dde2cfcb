#include "core/metrics.hpp"

#include <algorithm>
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

}  // namespace m2m
