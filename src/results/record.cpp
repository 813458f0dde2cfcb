#include "results/record.hpp"

#include <numeric>

namespace m2m {

std::int64_t GenerationCounts::total(Outcome outcome) const {
  const auto of_one = cells.size() / outcome_count;
  const auto first = cells.begin() + static_cast<std::ptrdiff_t>(of_one * static_cast<std::size_t>(outcome));
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(of_one), std::int64_t{0});
}

}  // namespace m2m
