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

/// The predictions of logits, [n, classes] to [n]: the first class with the largest logit. classes > 0. Pure.
std::vector<std::int32_t> predictions_from_logits(std::span<const float> logits, int classes);

/// The confusion matrix of logits, [n, classes], and labels, [n], by predictions_from_logits. Pure.
Confusion confusion_from_logits(std::span<const float> logits, std::span<const std::int32_t> labels, int classes);

/// What the metrics below need of a confusion matrix, per class, [K]. A matrix converts to it.
struct ClassTotals {
  ClassCounts samples;    // of the class: sum_j C_kj
  ClassCounts predicted;  // samples that were given to the class: sum_j C_jk
  ClassCounts right;      // C_kk

  ClassTotals() = default;
  ClassTotals(const Confusion& confusion);
};

/// recall_k = C_kk / sum_j C_kj, [K]. NaN for a class without samples, which the means below leave out.
/// Pure.
std::vector<double> recalls(const ClassTotals& totals);
/// precision_k = C_kk / sum_j C_jk, [K]; 0 if the class is never predicted. NaN for a class without samples. Pure.
std::vector<double> precisions(const ClassTotals& totals);
/// F1_k = 2 C_kk / (sum_j C_kj + sum_j C_jk), [K], the harmonic mean of precision and recall. NaN for a class
/// without samples. Pure.
std::vector<double> f1_scores(const ClassTotals& totals);

/// The mean of the values that are not NaN; `otherwise` if there are none. Pure.
double mean_of_defined(const std::vector<double>& values, double otherwise);

/// bACC: the mean recall of the classes with samples, in [0, 1]; 0 if there are none.
double balanced_accuracy(const ClassTotals& totals);
/// bACC over those of the classes marked in `classes`, [K], that have samples; 0 if there are none.
double balanced_accuracy(const ClassTotals& totals, const std::vector<bool>& classes);
/// The mean recall of the classes marked in `classes`, [K], that have samples; NaN if none has, as in an empty
/// group.
double group_accuracy(const ClassTotals& totals, const std::vector<bool>& classes);
/// GM: the geometric mean of the recalls of the classes with samples, 0 if one recall is 0 or there are none.
double geometric_mean(const ClassTotals& totals);
/// GM over the classes whose recall is not 0 (the convention of some published reruns); 0 if all are.
double geometric_mean_of_nonzero(const ClassTotals& totals);
/// The harmonic mean of the recalls of the classes with samples, 0 if one recall is 0 or there are none.
double harmonic_mean(const ClassTotals& totals);
/// The smallest recall of the classes with samples; 0 if there are none.
double worst_recall(const ClassTotals& totals);
/// The share of all samples classified correctly.
double accuracy(const ClassTotals& totals);

/// Matthews' correlation coefficient of K classes, in [-1, 1]:
/// MCC = (c s - sum_k p_k t_k) / sqrt((s^2 - sum_k p_k^2) (s^2 - sum_k t_k^2)), with c correct of s samples, t_k
/// samples and p_k predictions of class k. 0 if the denominator is 0: a single class has samples, or is predicted.
/// Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", Computational Biology
/// and Chemistry 28, 2004. Pure.
double correlation(const ClassTotals& totals);

/// The accuracy in expectation if class k has the share prior_k of the test samples: sum_k prior_k recall_k over
/// the classes with samples, divided by the sum of their shares; 0 if there are none. prior: [K], positive. Pure.
double accuracy_under(const std::vector<double>& prior, const ClassTotals& totals);

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
