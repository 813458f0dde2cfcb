#include "core/parallel.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

std::string text_of(const ItemFailure& failure) {
  try {
    std::rethrow_exception(failure.exception);
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(Parallel, DoesEachOnceAndReturnsFailuresInOrder) {
  std::vector<int> times(1000);
  const auto failures = parallel_for_each(1000, 8, [&](std::int64_t i) {
    ++times[i];
    if (i % 100 == 7) throw data_error(fmt::format("item {}", i));
  });
  EXPECT_EQ(times, std::vector<int>(1000, 1));
  ASSERT_EQ(failures.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(text_of(failures[i]), fmt::format("item {}", 100 * i + 7));
  EXPECT_TRUE(parallel_for_each(0, 8, [](std::int64_t) { FAIL(); }).empty());
}

TEST(Parallel, WorksOnTheCallersThreadIfThereIsOne) {
  std::vector<std::int64_t> order;
  const auto caller = std::this_thread::get_id();
  parallel_for_each(3, 1, [&](std::int64_t i) {
    order.push_back(i);
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(Parallel, WorksOnAsManyThreadsAsAskedFor) {
  std::atomic<int> begun = 0;
  parallel_for_each(3, 3, [&](std::int64_t) {  // returns only if each item has a thread of its own
    ++begun;
    while (begun < 3) std::this_thread::yield();
  });
  EXPECT_EQ(begun, 3);
}

TEST(Parallel, ThrowsWhatALoopWouldThrow) {
  for (const int threads : {1, 8}) {
    std::atomic<int> done = 0;
    const auto work = [&](std::int64_t i) {
      if (i >= 300) throw data_error(fmt::format("item {}", i));
      ++done;
    };
    EXPECT_EQ(testing::complaint([&] { parallel_for(1000, threads, work); }, ExitCode::bad_data), "item 300");
    EXPECT_EQ(done, 300) << "the items before the first that fails";
  }
}

TEST(Parallel, LeavesOutWhatFollowsAFailure) {
  std::atomic<int> begun = 0;
  const auto work = [&](std::int64_t) {
    ++begun;
    throw data_error("the first");
  };
  EXPECT_THROW(parallel_for(1000, 2, work), Error);
  EXPECT_LE(begun, 2);
}

}  // namespace
}  // namespace m2m
