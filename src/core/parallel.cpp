#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/profile.hpp"

namespace m2m {
namespace {

constexpr double seconds_between = 5;

/// Threads that are joined when the scope is left.
struct ThreadGroup {
  std::vector<std::thread> threads;
  ~ThreadGroup() {
    for (std::thread& thread : threads) thread.join();
  }
};

}  // namespace

std::vector<ItemFailure> parallel_for_each(std::int64_t count, int threads,
                                           const std::function<void(std::int64_t)>& work,
                                           const std::function<void(std::int64_t)>& on_progress) {
  std::atomic<std::int64_t> next = 0;
  std::mutex guard;
  std::vector<ItemFailure> failures;
  const auto take_turns = [&](const std::function<void(std::int64_t)>& report) {
    auto last = std::chrono::steady_clock::now();
    for (std::int64_t item = next++; item < count; item = next++) {
      try {
        work(item);
      } catch (...) {
        const std::lock_guard lock(guard);
        failures.push_back({item, std::current_exception()});
      }
      if (!report || seconds_since(last) < seconds_between) continue;
      report(item);
      last = std::chrono::steady_clock::now();
    }
  };
  {
    ThreadGroup group;
    const auto helpers = std::min<std::int64_t>(threads, count) - 1;
    try {
      for (std::int64_t i = 0; i < helpers; ++i) group.threads.emplace_back(take_turns, nullptr);
    } catch (const std::system_error&) {  // the system allows no further thread: those there do all
    }
    take_turns(on_progress);
  }
  std::sort(failures.begin(), failures.end(),
            [](const ItemFailure& one, const ItemFailure& other) { return one.item < other.item; });
  return failures;
}

void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work) {
  std::atomic<std::int64_t> first_failed = count;
  const auto until_one_fails = [&](std::int64_t item) {
    if (item > first_failed) return;
    try {
      work(item);
    } catch (...) {
      std::int64_t first = first_failed;
      while (item < first && !first_failed.compare_exchange_weak(first, item)) continue;
      throw;
    }
  };
  const std::vector<ItemFailure> failures = parallel_for_each(count, threads, until_one_fails);
  if (!failures.empty()) std::rethrow_exception(failures.front().exception);
}

}  // namespace m2m
