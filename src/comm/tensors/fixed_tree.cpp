#include "comm/tensors/fixed_tree.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "comm/tensors/mpi_types.hpp"
#include "core/error.hpp"

namespace m2m::comm {

/// A barrier at which the shards of this rank wait for each other. The last one to arrive computes the sum for
/// all.
class FixedTree::ShardBarrier {
 public:
  ShardBarrier(const Group* group, int local_shards)
      : group_(group), values_(static_cast<std::size_t>(local_shards)) {}

  void sum(int local, torch::Tensor& values) {
    std::unique_lock lock(mutex_);
    values_[static_cast<std::size_t>(local)] = values;
    const auto round = rounds_;
    if (++arrived_ == static_cast<int>(values_.size())) {
      add_up();
      arrived_ = 0;
      ++rounds_;
      all_arrived_.notify_all();
      return;
    }
    all_arrived_.wait(lock, [&] { return rounds_ != round || abandoned_; });
    if (rounds_ == round) throw internal_error("another shard of this trial has failed");
  }

  void abandon() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    all_arrived_.notify_all();
  }

 private:
  void add_up() {
    const torch::NoGradGuard no_gradient;
    torch::Tensor shards = all_shards(torch::stack(values_));
    for (int stride = 1; stride < shard_count; stride *= 2) {
      for (int i = 0; i < shard_count; i += 2 * stride) shards[i] += shards[i + stride];
    }
    for (torch::Tensor& values : values_) values.copy_(shards[0]);
  }

  /// local_shards: [shards of this rank, ...] -> [shard_count, ...], by number.
  torch::Tensor all_shards(const torch::Tensor& local_shards) const {
    if (group_ == nullptr || group_->size() == 1) return local_shards;
    std::vector<std::int64_t> sizes = local_shards.sizes().vec();
    sizes.front() = shard_count;
    torch::Tensor all = torch::empty(sizes, local_shards.options());
    check_mpi(
        MPI_Allgather(local_shards.data_ptr(), mpi_count(local_shards), mpi_type(local_shards), all.data_ptr(),
                      mpi_count(local_shards), mpi_type(local_shards), group_->communicator().get()),
        "gathering the shards of a trial");
    return all;
  }

  const Group* group_;
  std::mutex mutex_;
  std::condition_variable all_arrived_;
  std::vector<torch::Tensor> values_;
  int arrived_ = 0;
  std::int64_t rounds_ = 0;
  bool abandoned_ = false;
};

namespace {

/// One shard of a trial. Barrier: FixedTree::ShardBarrier, which is private.
template <typename Barrier>
class Shard : public Communicator {
 public:
  Shard(std::shared_ptr<Barrier> barrier, int local, int number)
      : barrier_(std::move(barrier)), local_(local), number_(number) {}
  int rank() const override { return number_; }
  int size() const override { return shard_count; }
  void all_reduce_sum(torch::Tensor& values) override { barrier_->sum(local_, values); }
  bool any(bool mine) override {
    torch::Tensor sum = torch::full({1}, mine ? 1 : 0, torch::kInt64);
    barrier_->sum(local_, sum);
    return sum.item<std::int64_t>() > 0;
  }

 private:
  std::shared_ptr<Barrier> barrier_;
  int local_, number_;
};

}  // namespace

FixedTree::FixedTree(const Group* group) {
  const int ranks = group == nullptr ? 1 : group->size();
  if (shard_count % ranks != 0) {
    throw usage_error(
        fmt::format("train.deterministic = true: a trial has {} shards, which {} ranks cannot share "
                    "evenly; use 1, 2, 4 or 8 ranks a trial",
                    shard_count, ranks));
  }
  const int local_shards = shard_count / ranks;
  const int first = group == nullptr ? 0 : group->rank() * local_shards;
  barrier_ = std::make_shared<ShardBarrier>(group, local_shards);
  for (int i = 0; i < local_shards; ++i)
    shards_.push_back(std::make_shared<Shard<ShardBarrier>>(barrier_, i, first + i));
}

FixedTree::~FixedTree() = default;
void FixedTree::abandon() { barrier_->abandon(); }

}  // namespace m2m::comm
