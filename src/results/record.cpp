#include "results/record.hpp"

namespace m2m::results {

std::int64_t GenerationCounts::total(Outcome outcome) const {
  std::int64_t sum = 0;
  for (const auto& [pair, counts] : cells) sum += counts[static_cast<std::size_t>(outcome)];
  return sum;
}

}  // namespace m2m::results
