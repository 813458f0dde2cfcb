#pragma once
// Metrics of a classifier: from its confusion matrix, and its calibration from logits. And the median.
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/class_counts.hpp"

namespace m2m {

/// A confusion matrix: cells[true * classes + predicted] counts samples.
struct Confusion {
  int classes = 0;
  std::vector<std::int64_t> cells;

  explicit Confusion(int k = 0) : classes(k), cells(static_cast<std::size_t>(k) * k, 0) {}
  std::int64_t& at(int truth, int predicted) {
    return cells[static_cast<std::size_t>(truth) * classes + predicted];
  }
  std::int64_t at(int truth, int predicted) const {
    return cells[static_cast<std::size_t>(truth) * classes + predicted];
  }
  bool operator==(const Confusion&) const = default;
};

/// The confusion matrix of logits, [n, classes], and labels, [n]: the prediction is the first largest logit. Pure.
Confusion confusion_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes);

/// recall_k = C_kk / sum_j C_kj, [K]. NaN for a class without samples, which the means below leave out.
/// Pure.
std::vector<double> recalls(const Confusion& confusion);
/// bACC: the mean recall of the classes with samples, in [0, 1]; 0 if there are none.
double balanced_accuracy(const Confusion& confusion);
/// bACC over those of the classes marked in `classes`, [K], that have samples; 0 if there are none.
double balanced_accuracy(const Confusion& confusion, const std::vector<bool>& classes);
/// The mean recall of the classes marked in `classes`, [K], that have samples; NaN if none has, as in an empty
/// group.
double group_accuracy(const Confusion& confusion, const std::vector<bool>& classes);
/// GM: the geometric mean of the recalls of the classes with samples, 0 if one recall is 0 or there are none.
double geometric_mean(const Confusion& confusion);
/// GM over the classes whose recall is not 0 (the convention of some published reruns); 0 if all are.
double geometric_mean_of_nonzero(const Confusion& confusion);
/// The share of all samples classified correctly.
double accuracy(const Confusion& confusion);

/// The middle value, the mean of the middle two of an even number. values: not empty. Pure.
double median(std::vector<double> values);

/// How well the confidence of a classifier matches its accuracy.
struct Calibration {
  double ece = std::numeric_limits<double>::quiet_NaN();  // expected calibration error, in [0, 1]
  double nll = std::numeric_limits<double>::quiet_NaN();  // mean negative log-likelihood of the labels, in nats
};

/// Number of bins of the expected calibration error.
inline constexpr int calibration_bins = 15;

/// The calibration of logits, [n, classes] row-major, with labels, [n] of 0 .. classes - 1. Pure.
///
/// ECE = sum_b |B_b| / n * |accuracy(B_b) - confidence(B_b)| over 15 bins of equal width, bin b being ((b-1)/15,
/// b/15]; a sample's confidence is its largest softmax probability, its prediction the first class that has it.
/// Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3. Both are NaN if there is no
/// sample or a logit is not finite.
Calibration calibration_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels,
                                    int classes);

/// Labels of the classes without samples, in order. samples: [K]. Pure.
std::vector<int> untested_classes(const ClassCounts& samples);
/// Labels of the classes without samples in a confusion matrix, in order. Pure.
std::vector<int> untested_classes(const Confusion& confusion);

/// The note "classes 2, 7 of 10 have no test sample: their recall is not defined, and bACC, GM and groups of
/// classes are means over the other 8"; "" if `untested` is empty. Names the first ten. part: "test". Pure.
std::string untested_note(const std::vector<int>& untested, int classes, const std::string& part);

}  // namespace m2m
