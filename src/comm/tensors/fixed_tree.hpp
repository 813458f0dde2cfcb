#pragma once
// Sums over the shards of a trial in an order that does not depend on the number of ranks.
#include <memory>
#include <vector>

#include "comm/messages/session.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// Number of shards of every trial in deterministic mode.
inline constexpr int shard_count = 8;

/// The shards of a trial that this rank runs, each in a thread of its own; all ranks together run shard_count.
/// Deterministic: sums are added as ((0+1)+(2+3))+((4+5)+(6+7)), so the result has the same bits for 1, 2, 4 and 8
/// ranks.
class FixedTree {
 public:
  /// group: the ranks of the trial; null: this rank runs all shards. It has to outlive this object and its
  /// communicators. Local. Throws Error (usage) if the group cannot share shard_count evenly.
  explicit FixedTree(const Group* group);
  ~FixedTree();

  /// A communicator for each shard of this rank: rank() is the number of the shard, size() is shard_count.
  const std::vector<std::shared_ptr<Communicator>>& shards() const { return shards_; }

  /// Makes the shards of this rank that wait in a sum throw Error (internal), because one has failed. Thread-safe.
  void abandon();

 private:
  class ShardBarrier;
  std::shared_ptr<ShardBarrier> barrier_;
  std::vector<std::shared_ptr<Communicator>> shards_;
};

}  // namespace m2m::comm
