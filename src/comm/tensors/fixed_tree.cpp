#include "comm/tensors/fixed_tree.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "comm/tensors/mpi_types.hpp"
#include "core/error.hpp"

namespace m2m::comm {

/// Where the shards of this rank wait for each other. The last one to come adds up for all.
class FixedTree::Meeting {
 public:
  Meeting(const MpiGroup* group, int own) : group_(group), brought_(static_cast<std::size_t>(own)) {}

  void sum(int local, torch::Tensor& values) {
    std::unique_lock lock(mutex_);
    brought_[static_cast<std::size_t>(local)] = values;
    const auto meeting = meetings_;
    if (++here_ == static_cast<int>(brought_.size())) {
      add_up();
      here_ = 0;
      ++meetings_;
      all_came_.notify_all();
      return;
    }
    all_came_.wait(lock, [&] { return meetings_ != meeting || gave_up_; });
    if (meetings_ == meeting) throw internal_error("another shard of this trial has failed");
  }

  void give_up() {
    const std::lock_guard lock(mutex_);
    gave_up_ = true;
    all_came_.notify_all();
  }

 private:
  void add_up() {
    const torch::NoGradGuard no_gradient;
    torch::Tensor shards = all_shards(torch::stack(brought_));
    for (int stride = 1; stride < shard_count; stride *= 2) {
      for (int i = 0; i < shard_count; i += 2 * stride) shards[i] += shards[i + stride];
    }
    for (torch::Tensor& values : brought_) values.copy_(shards[0]);
  }

  /// own: [shards of this rank, ...] -> [shard_count, ...], by number.
  torch::Tensor all_shards(const torch::Tensor& own) const {
    if (group_ == nullptr || group_->size() == 1) return own;
    std::vector<std::int64_t> sizes = own.sizes().vec();
    sizes.front() = shard_count;
    torch::Tensor all = torch::empty(sizes, own.options());
    check_mpi(MPI_Allgather(own.data_ptr(), mpi_count(own), mpi_type(own), all.data_ptr(), mpi_count(own),
                            mpi_type(own), group_->communicator().get()),
              "gathering from the ranks of a trial");
    return all;
  }

  const MpiGroup* group_;
  std::mutex mutex_;
  std::condition_variable all_came_;
  std::vector<torch::Tensor> brought_;
  int here_ = 0;
  std::int64_t meetings_ = 0;
  bool gave_up_ = false;
};

namespace {

template <typename Meeting>
class Shard : public Communicator {
 public:
  Shard(std::shared_ptr<Meeting> meeting, int local, int number)
      : meeting_(std::move(meeting)), local_(local), number_(number) {}
  int rank() const override { return number_; }
  int size() const override { return shard_count; }
  void all_reduce_sum(torch::Tensor& values) override { meeting_->sum(local_, values); }
  bool any(bool mine) override {
    torch::Tensor said = torch::full({1}, mine ? 1 : 0, torch::kInt64);
    meeting_->sum(local_, said);
    return said.item<std::int64_t>() > 0;
  }

 private:
  std::shared_ptr<Meeting> meeting_;
  int local_, number_;
};

}  // namespace

FixedTree::FixedTree(const MpiGroup* group) {
  const int ranks = group == nullptr ? 1 : group->size();
  if (shard_count % ranks != 0) {
    throw usage_error(
        fmt::format("train.deterministic = true: a trial has {} shards, which {} ranks cannot share "
                    "evenly; use 1, 2, 4 or 8 ranks a trial",
                    shard_count, ranks));
  }
  const int own = shard_count / ranks;
  const int first = group == nullptr ? 0 : group->rank() * own;
  meeting_ = std::make_shared<Meeting>(group, own);
  for (int i = 0; i < own; ++i) shards_.push_back(std::make_shared<Shard<Meeting>>(meeting_, i, first + i));
}

FixedTree::~FixedTree() = default;
void FixedTree::give_up() { meeting_->give_up(); }

}  // namespace m2m::comm
