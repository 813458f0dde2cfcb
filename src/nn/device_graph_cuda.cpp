// The CUDA build: CUDA graphs on a GPU, and the work itself on the CPU of that build.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "nn/device_graph.hpp"

namespace m2m::nn {
namespace {

/// Whether this thread's work goes through a stream that can be recorded from.
bool has_own_stream() {
  return at::cuda::is_available() && c10::cuda::getCurrentCUDAStream() != c10::cuda::getDefaultCUDAStream();
}

/// Held while a graph is made or unmade, which libtorch keeps account of in one place for all threads.
std::mutex& graph_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Streams that no OwnStream has. They are handed out again, so that two never share one, as they would where
/// libtorch's 32 were dealt in turn, and what its allocator keeps for a stream is used again.
class IdleStreams {
 public:
  c10::cuda::CUDAStream take(c10::DeviceIndex device) {
    const std::lock_guard guard(mutex_);
    std::vector<c10::cuda::CUDAStream>& idle = idle_[device];
    if (idle.empty()) return c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device);
    const c10::cuda::CUDAStream last = idle.back();
    idle.pop_back();
    return last;
  }
  void give_back(const c10::cuda::CUDAStream& stream) {
    const std::lock_guard guard(mutex_);
    idle_[stream.device_index()].push_back(stream);
  }

 private:
  std::mutex mutex_;
  std::map<c10::DeviceIndex, std::vector<c10::cuda::CUDAStream>> idle_;
};

/// Ends a capture whose work threw: a graph that is dropped ends neither its stream's capture nor the allocator's.
void abandon(at::cuda::CUDAGraph& graph, c10::DeviceIndex device, c10::MempoolId_t pool) {
  try {
    graph.capture_end();
  } catch (const std::exception&) {  // a capture that the failure broke: the allocator has still to be told
    try {
      c10::cuda::CUDACachingAllocator::endAllocateToPool(device, pool);
    } catch (const std::exception&) {  // it has been
    }
  }
}

/// Records what `work` does on this thread alone: other threads may go on with work of their own meanwhile.
void capture(at::cuda::CUDAGraph& graph, const std::function<void()>& work) {
  const c10::MempoolId_t pool = at::cuda::graph_pool_handle();
  graph.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
  try {
    work();
  } catch (...) {
    abandon(graph, c10::cuda::current_device(), pool);
    throw;
  }
  graph.capture_end();
}

IdleStreams& idle_streams() {
  static IdleStreams streams;
  return streams;
}

}  // namespace

struct DeviceGraph::Recording {
  Recording() = default;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;
  ~Recording() {
    if (!graph) return;
    const std::lock_guard guard(graph_mutex());
    graph.reset();
  }

  std::function<void()> work;                  // on a CPU
  std::unique_ptr<at::cuda::CUDAGraph> graph;  // on a GPU, with a pool of its own for what it computes
};

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(std::function<void()> work) {
  auto recording = std::make_unique<Recording>();
  if (has_own_stream()) {
    const std::lock_guard guard(graph_mutex());
    recording->graph = std::make_unique<at::cuda::CUDAGraph>();
    capture(*recording->graph, work);
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
  wait_for_queued_work(device);  // the data, which their first user places
  guard_ = std::make_unique<Guard>(idle_streams().take(device.index()));
}

OwnStream::~OwnStream() {
  if (!guard_) return;
  try {
    guard_->stream.current_stream().synchronize();
    idle_streams().give_back(guard_->stream.current_stream());
    const std::lock_guard guard(graph_mutex());
    c10::cuda::CUDACachingAllocator::emptyCache();  // what graphs that are gone held: nobody else could use it
  } catch (const std::exception&) {  // what failed on the device fails again where it is used next; not this stream
  }
}

void wait_for_queued_work(torch::Device device) {
  if (device.is_cuda()) c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

}  // namespace m2m::nn
