// The CUDA build: CUDA graphs on a GPU, and the work itself on the CPU of that build.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <mutex>

#include "nn/device_graph.hpp"

namespace m2m {
namespace {

/// Whether this thread's work goes through a stream that can be recorded from.
bool has_own_stream() {
  return at::cuda::is_available() && c10::cuda::getCurrentCUDAStream() != c10::cuda::getDefaultCUDAStream();
}

}  // namespace

struct DeviceGraph::Recording {
  std::function<void()> work;                  // on a CPU
  std::unique_ptr<at::cuda::CUDAGraph> graph;  // on a GPU, with a pool of its own for what it computes
};

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(std::function<void()> work) {
  static std::mutex one_at_a_time;
  auto recording = std::make_unique<Recording>();
  if (has_own_stream()) {
    const std::lock_guard guard(one_at_a_time);
    recording->graph = std::make_unique<at::cuda::CUDAGraph>();
    // Of this thread alone: other threads may go on with work of their own meanwhile.
    recording->graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    work();
    recording->graph->capture_end();
  } else {
    recording->work = std::move(work);
  }
  recording_ = std::move(recording);
}

void DeviceGraph::replay() { recording_->graph ? recording_->graph->replay() : recording_->work(); }

struct OwnStream::Guard {
  explicit Guard(const c10::cuda::CUDAStream& own) : stream(own) {}
  c10::cuda::CUDAStreamGuard stream;
};

OwnStream::OwnStream(torch::Device device) {
  if (!device.is_cuda()) return;
  c10::cuda::device_synchronize();  // what the shared stream has still to do
  guard_ = std::make_unique<Guard>(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()));
}

OwnStream::~OwnStream() {
  if (guard_) c10::cuda::device_synchronize();
}

}  // namespace m2m
