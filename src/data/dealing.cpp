#include "data/dealing.hpp"

#include <algorithm>
#include <utility>

namespace m2m::data {

std::vector<std::int32_t> deal_slots(std::int64_t slots, std::span<const std::int32_t> costly, int rank,
                                     int ranks) {
  std::vector<std::int32_t> own;
  std::int64_t dealt = 0;
  const auto deal = [&](std::int32_t slot) {
    if (dealt++ % ranks == rank) own.push_back(slot);
  };
  for (const std::int32_t slot : costly) deal(slot);
  auto next_costly = costly.begin();
  for (std::int32_t slot = 0; slot < slots; ++slot) {
    if (next_costly != costly.end() && *next_costly == slot) {
      ++next_costly;
    } else {
      deal(slot);
    }
  }
  std::sort(own.begin(), own.end());
  return own;
}

std::pair<std::int64_t, std::int64_t> share_of(std::int64_t count, int rank, int ranks) {
  return {count * rank / ranks, count * (rank + 1) / ranks};
}

}  // namespace m2m::data
