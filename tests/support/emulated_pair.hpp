#pragma once
// Two emulated blocks that share an image: each can load from the other's shared memory, between barriers of both.
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "support/emulated_block.hpp"

namespace m2m::testing {

/// Lets two threads run in turn, one at a time: each hands over to the other at a barrier of both and at its end.
class Turns {
 public:
  explicit Turns(int first) : turn_(first) {}

  void begin(int rank) {
    std::unique_lock lock(mutex_);
    wait_for_turn(lock, rank);
  }
  /// A barrier. on_both: called once, by the one that comes last. Throws std::logic_error if the other one has
  /// ended.
  template <typename OnBoth>
  void meet(int rank, OnBoth on_both) {
    std::unique_lock lock(mutex_);
    if (++arrived_ == 2) {
      arrived_ = 0;
      on_both();
    } else if (has_ended_) {
      throw std::logic_error("a block waits for another one that has ended");
    }
    hand_over(rank);
    wait_for_turn(lock, rank);
    if (has_ended_ && arrived_ == 1) throw std::logic_error("a block waits for another one that has ended");
  }
  void end(int rank) {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
    hand_over(rank);
  }

 private:
  void hand_over(int rank) {
    turn_ = 1 - rank;
    changed_.notify_all();
  }
  void wait_for_turn(std::unique_lock<std::mutex>& lock, int rank) {
    changed_.wait(lock, [&] { return turn_ == rank || has_ended_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  int turn_, arrived_ = 0;
  bool has_ended_ = false;
};

/// One of the two blocks.
template <int warp_count>
class PairedBlock : public EmulatedBlock<warp_count> {
 public:
  PairedBlock(std::uint32_t shared_bytes, int rank, Turns& turns)
      : EmulatedBlock<warp_count>(shared_bytes, rank == 1), rank_(rank), turns_(&turns) {}

  void join(PairedBlock& other) {
    other_ = &other;
    this->peer_ = &other.shared;
  }
  int rank() const { return rank_; }
  void sync_pair() {
    turns_->meet(rank_, [this] {
      this->shared.next_pair_interval();
      other_->shared.next_pair_interval();
    });
  }

 private:
  int rank_;
  Turns* turns_;
  PairedBlock* other_ = nullptr;
};

/// Calls f(block) for both blocks of a pair, `first` before the other one between any two barriers. Throws what
/// they throw.
template <int warp_count, typename Function>
void run_pair(std::uint32_t shared_bytes, int first, Function f) {
  Turns turns(first);
  PairedBlock<warp_count> blocks[2] = {{shared_bytes, 0, turns}, {shared_bytes, 1, turns}};
  blocks[0].join(blocks[1]);
  blocks[1].join(blocks[0]);
  std::exception_ptr thrown[2];
  const auto run = [&](int rank) {
    turns.begin(rank);
    try {
      f(blocks[rank]);
    } catch (...) {
      thrown[rank] = std::current_exception();
    }
    turns.end(rank);
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  for (const std::exception_ptr& error : thrown) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace m2m::testing
