#pragma once
// Sums whose order of additions does not depend on the number of ranks.
#include <memory>
#include <vector>

#include "comm/messages/session.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// How many shards a trial in deterministic mode always has.
inline constexpr int shard_count = 8;

/// The shards of one trial that this rank runs, each in a thread of its own; together with the other ranks' they
/// are shard_count. Sums are added as ((0+1)+(2+3))+((4+5)+(6+7)), so that the result is the same, bit for bit, for
/// 1, 2, 4 and 8 ranks.
class FixedTree {
 public:
  /// group: where the other ranks are; null: this rank has all shards. It has to outlive this object and its
  /// communicators. Throws Error (usage) where shard_count cannot be dealt evenly to the group.
  explicit FixedTree(const Group* group);
  ~FixedTree();

  /// One per shard of this rank; a shard's rank() is its number, size() is shard_count.
  const std::vector<std::shared_ptr<Communicator>>& shards() const { return shards_; }

  /// A shard will not come any more: those that wait for it here throw Error (internal). Thread-safe.
  void abandon();

 private:
  class ShardBarrier;
  std::shared_ptr<ShardBarrier> barrier_;
  std::vector<std::shared_ptr<Communicator>> shards_;
};

}  // namespace m2m::comm
