#include "core/class_groups.hpp"

#include <utility>

namespace m2m {
namespace {

constexpr std::int64_t most_of_medium = 100;
constexpr std::int64_t least_of_medium = 20;

template <typename IsOne>
std::vector<bool> marked(const ClassCounts& counts, const IsOne& is_one) {
  std::vector<bool> classes;
  for (const std::int64_t count : counts) classes.push_back(is_one(count));
  return classes;
}

/// The classes whose ranks lie in [first, end).
std::vector<bool> of_ranks(const ClassCounts& counts, std::size_t first, std::size_t end) {
  const std::vector<int> labels = labels_by_rank(counts);
  std::vector<bool> classes(counts.size(), false);
  for (std::size_t rank = first; rank < end; ++rank) classes[labels[rank]] = true;
  return classes;
}

}  // namespace

std::vector<ClassGroup> class_groups(const ClassCounts& counts) {
  const std::size_t all = counts.size(), third = all / 3;
  const std::vector<bool> majority = majority_classes(counts);
  std::vector<bool> minority = majority;
  minority.flip();
  return {{"majority", majority},
          {"minority", std::move(minority)},
          {"first_third", of_ranks(counts, 0, third)},
          {"middle_third", of_ranks(counts, third, all - third)},
          {"last_third", of_ranks(counts, all - third, all)},
          {"many", marked(counts, [](std::int64_t n) { return n > most_of_medium; })},
          {"medium", marked(counts, [](std::int64_t n) { return n >= least_of_medium && n <= most_of_medium; })},
          {"few", marked(counts, [](std::int64_t n) { return n < least_of_medium; })}};
}

}  // namespace m2m
