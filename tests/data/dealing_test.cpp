#include "data/dealing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/philox.hpp"

namespace m2m::data {
namespace {

std::vector<std::int32_t> some_of(std::int64_t slots, Stream& stream) {
  std::vector<std::int32_t> costly;
  for (std::int32_t slot = 0; slot < slots; ++slot) {
    if (stream.below(3) == 0) costly.push_back(slot);
  }
  return costly;
}

TEST(DealSlots, GivesEverySlotToOneRankAndEachAnEvenShareOfSlotsAndOfTranslations) {
  Stream stream({5, SeedRole::plan}, Purpose::generate);
  for (const std::int64_t slots : {0, 1, 2, 7, 50, 118, 128}) {
    for (const int ranks : {1, 2, 3, 4, 8}) {
      const std::vector<std::int32_t> costly = some_of(slots, stream);
      std::set<std::int32_t> dealt;
      for (int rank = 0; rank < ranks; ++rank) {
        const std::vector<std::int32_t> own = deal_slots(slots, costly, rank, ranks);
        EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
        dealt.insert(own.begin(), own.end());
        const auto translated = std::count_if(own.begin(), own.end(), [&](std::int32_t slot) {
          return std::binary_search(costly.begin(), costly.end(), slot);
        });
        const auto size = static_cast<std::int64_t>(own.size());
        EXPECT_TRUE(size == slots / ranks || size == (slots + ranks - 1) / ranks) << slots << " over " << ranks;
        const auto work = static_cast<std::int64_t>(costly.size());
        EXPECT_TRUE(translated == work / ranks || translated == (work + ranks - 1) / ranks);
      }
      EXPECT_EQ(static_cast<std::int64_t>(dealt.size()), slots);
    }
  }
}

TEST(DealSlots, LeavesTheOnlyRankTheSlotsInTheirOrder) {
  const std::vector<std::int32_t> costly = {1, 3};
  EXPECT_EQ(deal_slots(5, costly, 0, 1), (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
}

TEST(DealSlots, LeavesRanksWithoutASlotWhereThereAreTooFew) {
  EXPECT_TRUE(deal_slots(2, {}, 3, 4).empty());
  EXPECT_TRUE(deal_slots(0, {}, 0, 1).empty());
}

TEST(ShareOf, CutsEveryCountIntoEvenPartsThatFollowEachOther) {
  for (const std::int64_t count : {0, 1, 5, 9000}) {
    for (const int ranks : {1, 2, 3, 8}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < ranks; ++rank) {
        const auto [first, last] = share_of(count, rank, ranks);
        EXPECT_EQ(first, next);
        EXPECT_LE(last - first, (count + ranks - 1) / ranks);
        next = last;
      }
      EXPECT_EQ(next, count);
    }
  }
}

}  // namespace
}  // namespace m2m::data
