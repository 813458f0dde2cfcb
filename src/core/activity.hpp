#pragma once
// What a thread works at, for another thread that watches it.
#include <atomic>

namespace m2m {

/// A word for the work of one thread, such as the name of a phase; empty between phases. Set by that thread, read
/// by any other one.
class Activity {
 public:
  /// Makes this the activity of the calling thread, until the object is destroyed. One per thread.
  Activity() { of_thread() = this; }
  ~Activity() { of_thread() = nullptr; }
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  /// Sets the word of the calling thread, if it has an activity. what: a literal.
  static void set(const char* what) {
    if (Activity* activity = of_thread()) activity->what_.store(what, std::memory_order_relaxed);
  }
  const char* what() const { return what_.load(std::memory_order_relaxed); }

 private:
  static Activity*& of_thread() {
    static thread_local Activity* activity = nullptr;
    return activity;
  }

  std::atomic<const char*> what_ = "";
};

}  // namespace m2m
