// The CUDA build: a GPU's time is told by events in its stream.
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime_api.h>

#include <utility>
#include <vector>

#include "nn/device_clock.hpp"

namespace m2m::nn {
namespace {

/// Calls of CUDA's runtime that fail leave a time of 0: a failure of the device is reported by its work.
class EventClock : public ProfileClock {
 public:
  EventClock() { mark(); }
  ~EventClock() override {
    for (std::vector<cudaEvent_t>* events : {&recorded_, &idle_}) {
      for (cudaEvent_t event : *events) cudaEventDestroy(event);
    }
  }
  EventClock(const EventClock&) = delete;
  EventClock& operator=(const EventClock&) = delete;

  void mark() override {
    cudaEvent_t event = nullptr;
    if (!idle_.empty()) {
      event = idle_.back();
      idle_.pop_back();
    } else if (cudaEventCreate(&event) != cudaSuccess) {
      event = nullptr;
    }
    if (event != nullptr) cudaEventRecord(event, c10::cuda::getCurrentCUDAStream().stream());
    recorded_.push_back(event);
  }

  /// Sums up what lies between neighbours: an event's time is a float, too coarse for a long stage.
  std::vector<double> take() override {
    std::vector<double> times;
    cudaEventSynchronize(recorded_.back());
    for (std::size_t i = 1; i < recorded_.size(); ++i) {
      float milliseconds = 0;
      if (cudaEventElapsedTime(&milliseconds, recorded_[i - 1], recorded_[i]) == cudaSuccess) {
        seconds_ += 1e-3 * static_cast<double>(milliseconds);
      }
      times.push_back(seconds_);
      idle_.push_back(recorded_[i - 1]);
    }
    recorded_ = {recorded_.back()};
    return times;
  }

 private:
  std::vector<cudaEvent_t> recorded_;  // the first is the last that was taken
  std::vector<cudaEvent_t> idle_;
  double seconds_ = 0;  // at the first
};

}  // namespace

std::unique_ptr<ProfileClock> device_clock(torch::Device device) {
  return device.is_cuda() ? std::make_unique<EventClock>() : host_clock();
}

}  // namespace m2m::nn
