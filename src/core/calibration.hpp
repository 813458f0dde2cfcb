#pragma once
// Whether a classifier is as sure as it is right.
#include <cstdint>
#include <limits>
#include <span>

namespace m2m {

struct Calibration {
  double ece = std::numeric_limits<double>::quiet_NaN();  // expected calibration error, in [0, 1]
  double nll = std::numeric_limits<double>::quiet_NaN();  // mean negative log-likelihood of the labels, in nats
};

inline constexpr int calibration_bins = 15;

/// Both from logits, [n, classes] row-major, and labels, [n] of 0 .. classes - 1. Pure.
///
/// ECE = sum_b |B_b| / n * |accuracy(B_b) - confidence(B_b)| over 15 bins of equal width, bin b being ((b-1)/15,
/// b/15]; a sample's confidence is its largest softmax probability, its answer the first class that has it. Guo et
/// al., "On calibration of modern neural networks", ICML 2017, equation 3. Both are NaN where there is no sample,
/// or a logit is not finite.
Calibration calibration_of(std::span<const float> logits, std::span<const std::int32_t> labels, int classes);

}  // namespace m2m
