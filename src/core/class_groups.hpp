#pragma once
// Groups of classes that results are reported over, all by how many training samples each class has.
#include <string>
#include <vector>

#include "core/class_counts.hpp"

namespace m2m {

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
