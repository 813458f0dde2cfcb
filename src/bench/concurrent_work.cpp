#include "bench/concurrent_work.hpp"

#include <ATen/Parallel.h>

#include <optional>
#include <utility>

#include "nn/device.hpp"

namespace m2m::bench {

ConcurrentWork::ConcurrentWork(torch::Device device, int threads, std::function<Iteration(int)> make)
    : device_(device),
      make_(std::move(make)),
      libtorch_threads_(at::get_num_threads()),
      begin_(threads + 1),
      end_(threads + 1) {
  guarded([&] {
    while (static_cast<int>(threads_.size()) < threads)
      threads_.emplace_back([this, number = static_cast<int>(threads_.size())] { serve(number); });
  });
  for (auto missing = threads_.size(); missing < static_cast<std::size_t>(threads); ++missing) {
    begin_.arrive_and_drop();  // a thread that the system did not start
    end_.arrive_and_drop();
  }
  end_.arrive_and_wait();  // every thread has made its iteration
  if (failure_) {
    stop();
    throw_failure();
  }
}

ConcurrentWork::~ConcurrentWork() { stop(); }

void ConcurrentWork::run(int iterations) {
  iterations_ = iterations;
  begin_.arrive_and_wait();
  end_.arrive_and_wait();
  throw_failure();
}

void ConcurrentWork::stop() {
  if (threads_.empty()) return;
  iterations_ = 0;
  begin_.arrive_and_wait();
  threads_.clear();  // joins them
}

void ConcurrentWork::throw_failure() {
  if (failure_) std::rethrow_exception(failure_);
}

void ConcurrentWork::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (...) {
    const std::lock_guard lock(failing_);
    if (!failure_) failure_ = std::current_exception();
  }
}

void ConcurrentWork::serve(int thread) {
  at::set_num_threads(libtorch_threads_);
  std::optional<nn::StreamScope> stream;
  Iteration iteration;
  guarded([&] {
    const std::lock_guard lock(making_);
    stream.emplace(device_);
    iteration = make_(thread);
    nn::synchronize_stream(device_);
  });
  for (end_.arrive_and_wait();; end_.arrive_and_wait()) {
    begin_.arrive_and_wait();
    if (iterations_ == 0) return;
    guarded([&] {
      for (int i = 0; i < iterations_; ++i) iteration();
      nn::synchronize_stream(device_);
    });
  }
}

}  // namespace m2m::bench
