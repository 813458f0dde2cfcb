#pragma once
// The same work in several threads at once, each with a stream of its own: trials that share a device.
#include <torch/types.h>

#include <barrier>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace m2m::bench {

/// As a sweep with --trials-per-device runs its trials.
class ConcurrentWork {
 public:
  using Iteration = std::function<void()>;

  /// Starts the threads. make(i) is called in thread i, in one thread at a time, and returns its iteration; both
  /// are destroyed in that thread. Each thread uses as many threads of libtorch as this one. Throws the first
  /// exception.
  ConcurrentWork(torch::Device device, int threads, std::function<Iteration(int)> make);
  ~ConcurrentWork();
  ConcurrentWork(const ConcurrentWork&) = delete;
  ConcurrentWork& operator=(const ConcurrentWork&) = delete;

  /// Runs so many iterations in each thread; they do not wait for each other. Returns when the device is done with
  /// all. Throws the first exception; then the object is of no further use.
  void run(int iterations);

 private:
  void serve(int thread);
  void guarded(const std::function<void()>& work);
  void throw_failure();
  void stop();

  torch::Device device_;
  std::function<Iteration(int)> make_;
  int libtorch_threads_;
  int iterations_ = 0;          // of a run; 0: the threads end
  std::barrier<> begin_, end_;  // of a run; between them the threads work
  std::mutex making_;           // of calls of make_
  std::mutex failing_;          // of failure_
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;
};

}  // namespace m2m::bench
