#include "bench/concurrent_work.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <stdexcept>
#include <thread>

namespace m2m::bench {
namespace {

constexpr int threads = 3;

/// An iteration that counts its calls, and its life.
struct Counts {
  std::atomic<int> made{0}, called{0}, alive{0};

  ConcurrentWork::Iteration make() {
    ++made;
    ++alive;
    const std::shared_ptr<void> life(nullptr, [this](void*) { --alive; });
    return [this, life] { ++called; };
  }
};

TEST(ConcurrentWork, RunsItsIterationsInEveryThread) {
  Counts counts;
  {
    ConcurrentWork work(torch::kCPU, threads, [&](int) { return counts.make(); });
    EXPECT_EQ(counts.made, threads);
    EXPECT_EQ(counts.called, 0);
    work.run(4);
    EXPECT_EQ(counts.called, 4 * threads);
    work.run(1);
    EXPECT_EQ(counts.called, 5 * threads);
  }
  EXPECT_EQ(counts.alive, 0);
}

TEST(ConcurrentWork, RunsThreadsAtTheSameTime) {
  std::barrier together(threads);  // nobody passes alone
  ConcurrentWork work(torch::kCPU, threads, [&](int) { return [&] { together.arrive_and_wait(); }; });
  work.run(2);
}

TEST(ConcurrentWork, MakesOneIterationAtATimeInTheThreadThatRunsIt) {
  std::atomic<int> making{0};
  std::atomic<bool> overlapped{false}, moved{false};
  ConcurrentWork work(torch::kCPU, threads, [&](int) -> ConcurrentWork::Iteration {
    overlapped = overlapped || ++making > 1;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --making;
    return [&moved, own = std::this_thread::get_id()] { moved = moved || std::this_thread::get_id() != own; };
  });
  work.run(1);
  EXPECT_FALSE(overlapped);
  EXPECT_FALSE(moved);
}

TEST(ConcurrentWork, UsesAsManyThreadsOfLibtorchAsItsCaller) {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  std::atomic<int> sum{0};
  ConcurrentWork work(torch::kCPU, threads, [&](int) { return [&] { sum += at::get_num_threads(); }; });
  work.run(1);
  EXPECT_EQ(sum, 3 * threads);
  at::set_num_threads(before);
}

TEST(ConcurrentWork, ThrowsWhatMakingThrewAfterAllThreadsHaveEnded) {
  Counts counts;
  const auto make = [&](int thread) {
    if (thread == 1) throw std::runtime_error("no memory for a trial");
    return counts.make();
  };
  EXPECT_THROW(ConcurrentWork(torch::kCPU, threads, make), std::runtime_error);
  EXPECT_EQ(counts.alive, 0);
}

TEST(ConcurrentWork, ThrowsWhatAnIterationThrew) {
  ConcurrentWork work(torch::kCPU, threads, [](int thread) -> ConcurrentWork::Iteration {
    return [thread] {
      if (thread == 2) throw std::runtime_error("a step failed");
    };
  });
  EXPECT_THROW(work.run(3), std::runtime_error);
}

}  // namespace
}  // namespace m2m::bench
