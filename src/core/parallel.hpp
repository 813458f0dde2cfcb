#pragma once
// Loops whose items are shared out among threads.
#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

namespace m2m {

/// An item whose work threw, and what it threw.
struct ItemFailure {
  std::int64_t item = 0;
  std::exception_ptr exception;
};

/// Calls work(0) .. work(count - 1), each once, on `threads` threads including the caller's. Items begin in order.
/// Local.
///
/// Returns the failed items in order; the result does not depend on the number of threads. on_progress: called
/// every few seconds on the caller's thread with the number of items begun.
std::vector<ItemFailure> parallel_for_each(std::int64_t count, int threads,
                                           const std::function<void(std::int64_t)>& work,
                                           const std::function<void(std::int64_t)>& on_progress = {});

/// Calls work(0), work(1) ... on `threads` threads including the caller's, as a loop would: throws what the first
/// item that fails throws. Items after that one may have been done. Local.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work);

}  // namespace m2m
