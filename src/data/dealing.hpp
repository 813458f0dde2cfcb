#pragma once
// Which slots of a step each rank of a trial takes.
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace m2m::data {

/// The slots of a step that `rank` of `ranks` takes, ascending.
///
/// slots: how many the step has; costly: those of them whose images will be translated, ascending. Both all slots
/// and the costly ones are dealt as evenly as they go: two ranks' shares differ by one at most. Each slot goes to
/// one rank; a rank may have none where slots < ranks. Pure: the same on every rank.
std::vector<std::int32_t> deal_slots(std::int64_t slots, std::span<const std::int32_t> costly, int rank, int ranks);

/// The part [first, second) of `count` things that `rank` of `ranks` takes, as evenly as they go.
std::pair<std::int64_t, std::int64_t> share_of(std::int64_t count, int rank, int ranks);

}  // namespace m2m::data
