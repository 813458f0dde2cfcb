#pragma once
// How many training samples each class has, and the shapes of imbalance.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m {

/// Training samples per class, [K], by label.
using ClassCounts = std::vector<std::int64_t>;

std::int64_t total(const ClassCounts& counts);
/// N_1, the count of the most frequent class.
std::int64_t largest(const ClassCounts& counts);
/// Labels from the most frequent class to the rarest; ties by label.
std::vector<int> labels_by_rank(const ClassCounts& counts);
/// True for the fewest most frequent classes whose counts pass half of the total, [K].
/// docs/protocol.md, "Results".
std::vector<bool> majority_classes(const ClassCounts& counts);

enum class Rounding {
  field,      // whole numbers stay themselves, as the field reports it: 12,406 / 20,431 / 10,847 / 19,573 images
  truncated,  // as the authors' program on some machines, where the last of 100 classes is one short: 12,406 /
              // 20,431 / 10,846 / 19,572
};

/// Long tail: N_k = floor(N_1 * ratio^(-(k-1)/(K-1))) for k = 1..K.
///
/// largest > 0, ratio >= 1, classes >= 2. Values within one part in 10^9 of a whole number count as that number, so
/// the result is the same with every mathematical library; `truncated` takes one off them after 50 powers.
ClassCounts long_tail_counts(std::int64_t largest, double ratio, int classes, Rounding rounding = Rounding::field);

/// Step: the first half of the classes keep N_1, the others have floor(N_1 / ratio).
ClassCounts step_counts(std::int64_t largest, double ratio, int classes);

/// Class weights 1/N_k, scaled to sum K. [K]
std::vector<double> inverse_weights(const ClassCounts& counts);

/// Class weights (1 - beta) / (1 - beta^N_k), scaled to sum K; beta in [0, 1). [K]
/// Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019, equation 4.
std::vector<double> effective_number_weights(const ClassCounts& counts, double beta);

// Groups of classes that results are reported over, all by how many training samples each class has.

struct ClassGroup {
  std::string name;           // as metrics are called: "majority", "first_third", "few"
  std::vector<bool> classes;  // [K], by label: which ones belong to it
};

/// In this order:
/// "majority", "minority": majority_classes, and the others.
/// "first_third", "middle_third", "last_third": by rank the first floor(K/3) classes, the others, the last
/// floor(K/3). "many", "medium", "few": more than 100 training samples, 20 to 100, fewer than 20. Liu et al.,
/// "Large-scale long-tailed recognition in an open world", CVPR 2019. A group may be empty. counts: [K]. Pure.
std::vector<ClassGroup> class_groups(const ClassCounts& counts);

}  // namespace m2m
