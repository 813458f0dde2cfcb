#pragma once
// A device whose stages take just the memory that they are estimated to take.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "core/machine.hpp"
#include "study/stage.hpp"

namespace m2m::testing {

/// Thread-safe.
class ExactDevice {
 public:
  static constexpr double size = 100;
  /// Memory of two kinds of stages. Three light ones fit, but the heavy one beside two of them does not. Beside one
  /// of them memory is enough for it with the margin of admission.
  static constexpr double light = 30, heavy = 50;

  /// Runs a stage of one epoch, and then on for so long that the rank can start others beside it. Throws Error
  /// (bad_data) if the device is full.
  void run(const study::Stage& stage, study::StageContext& context) {
    take(stage.memory);
    context.progress({1, 10, 0, 0, 0, 0});
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    give_back(stage.memory);
  }
  /// Measures it for the worker.
  DeviceMemory measure() {
    const std::lock_guard guard(mutex_);
    return {size - taken_, std::exchange(peak_, taken_)};
  }
  int max_running() const {
    const std::lock_guard guard(mutex_);
    return max_running_;
  }

 private:
  void take(double bytes) {
    const std::lock_guard guard(mutex_);
    if (taken_ + bytes > size) throw data_error("the device is full");
    taken_ += bytes;
    peak_ = std::max(peak_, taken_);
    max_running_ = std::max(max_running_, ++running_);
  }
  void give_back(double bytes) {
    const std::lock_guard guard(mutex_);
    taken_ -= bytes;
    --running_;
  }

  mutable std::mutex mutex_;  // guards the members below
  double taken_ = 0, peak_ = 0;
  int running_ = 0, max_running_ = 0;
};

}  // namespace m2m::testing
