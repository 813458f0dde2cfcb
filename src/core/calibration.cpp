#include "core/calibration.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace m2m {
namespace {

/// One sample's answer.
struct Answer {
  bool is_right;
  double confidence, log_likelihood;
};

Answer answer_of(std::span<const float> logits, std::int32_t label) {
  const auto top = std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(double{logit} - double{*top});
  return {top - logits.begin() == label, 1 / sum, double{logits[label]} - double{*top} - std::log(sum)};
}

int bin_of(double confidence) {
  return std::clamp(static_cast<int>(std::ceil(confidence * calibration_bins)) - 1, 0, calibration_bins - 1);
}

}  // namespace

Calibration calibration_of(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  if (labels.empty() || classes == 0) return {};
  if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); })) return {};
  std::array<double, calibration_bins> gaps{};  // of a bin's samples: those right, less the sum of confidences
  double log_likelihood = 0;
  const auto width = static_cast<std::size_t>(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Answer answer = answer_of(logits.subspan(i * width, width), labels[i]);
    gaps[bin_of(answer.confidence)] += (answer.is_right ? 1.0 : 0.0) - answer.confidence;
    log_likelihood += answer.log_likelihood;
  }
  double sum = 0;
  for (const double gap : gaps) sum += std::abs(gap);
  const auto count = static_cast<double>(labels.size());
  return {sum / count, -log_likelihood / count};
}

}  // namespace m2m
