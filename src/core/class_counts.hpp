#pragma once
// Training samples per class: the shapes of imbalance, class weights, and the groups that results report.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m {

/// Training samples per class, [K], by label.
using ClassCounts = std::vector<std::int64_t>;

/// The sum of all counts. Pure.
std::int64_t total(const ClassCounts& counts);
/// N_1, the count of the most frequent class. Pure.
std::int64_t largest(const ClassCounts& counts);
/// Labels from the most frequent class to the rarest, [K]; ties by label. Pure.
std::vector<int> labels_by_rank(const ClassCounts& counts);
/// True for the majority, [K]: the fewest most frequent classes that hold more than half of the samples. Pure.
/// docs/protocol.md, "Results".
std::vector<bool> majority_classes(const ClassCounts& counts);

/// How long_tail_counts rounds a value that is a whole number except for rounding errors.
enum class Rounding {
  field,      // to that number, as the field reports it: 12,406 / 20,431 / 10,847 / 19,573 images
  truncated,  // to one less after 50 powers, as the authors' program does on some machines: 12,406 / 20,431 /
              // 10,846 / 19,572 images
};

/// Long tail: N_k = floor(N_1 * ratio^(-(k-1)/(K-1))) for k = 1..K.
///
/// largest > 0, ratio >= 1, classes >= 2. A value within one part in 10^9 of a whole number counts as that number,
/// so the result is the same with every mathematical library. Pure.
ClassCounts long_tail_counts(std::int64_t largest, double ratio, int classes, Rounding rounding = Rounding::field);

/// Step: the first half of the classes keep N_1, the others have floor(N_1 / ratio). Pure.
ClassCounts step_counts(std::int64_t largest, double ratio, int classes);

/// Class weights 1/N_k, scaled to sum K, [K]. Pure.
std::vector<double> inverse_weights(const ClassCounts& counts);

/// Class weights (1 - beta) / (1 - beta^N_k), scaled to sum K, [K]; beta in [0, 1). Pure.
/// Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019, equation 4.
std::vector<double> effective_number_weights(const ClassCounts& counts, double beta);

/// Class weights (N / N_k)^rho, scaled to sum K, [K]: equal for rho = 0, 1/N_k for rho = 1. rho >= 0. Pure.
/// Zhang et al., "Distribution alignment: a unified framework for long-tail visual recognition", CVPR 2021,
/// generalised re-weighting.
std::vector<double> generalised_weights(const ClassCounts& counts, double rho);

/// Shares of the classes in a long-tailed test set, [K], of sum 1: pi_k is proportional to ratio^(-(r_k - 1)/(K -
/// 1)), with r_k the rank of class k by training counts. ratio > 1: the test set is long-tailed as the training set
/// is (forward); 1: uniform; below 1: the rarest class has the largest share (backward). counts: not empty. Pure.
///
/// Hong et al., "Disentangling label distribution for long-tailed visual recognition" (LADE), CVPR 2021, evaluates
/// with ratios of 2 to 50.
std::vector<double> long_tail_shares(const ClassCounts& counts, double ratio);

/// A group of classes that results are reported over.
struct ClassGroup {
  std::string name;           // the suffix of its metrics: "majority", "first_third", "few"
  std::vector<bool> classes;  // [K], by label: true for its members
};

/// The groups of classes by training counts, [K], in this order; a group may be empty. Pure.
///
/// * "majority", "minority": majority_classes, and the others.
/// * "first_third", "middle_third", "last_third": by rank the first floor(K/3) classes, the others, the last
///   floor(K/3).
/// * "many", "medium", "few": more than 100 training samples, 20 to 100, fewer than 20 (Liu et al., "Large-scale
///   long-tailed recognition in an open world", CVPR 2019).
std::vector<ClassGroup> class_groups(const ClassCounts& counts);

}  // namespace m2m
