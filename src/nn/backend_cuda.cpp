// What the build with CUDA does for a GPU: streams, graphs, memory and clocks. For its CPU it does what
// backend_cpu.cpp does.
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "kernels/device_code.hpp"
#include "nn/device.hpp"

namespace m2m::nn {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

/// True if the stream of this thread can be recorded from.
bool has_own_stream() {
  return at::cuda::is_available() && c10::cuda::getCurrentCUDAStream() != c10::cuda::getDefaultCUDAStream();
}

/// Held while a graph is made or destroyed: libtorch counts these in one place for all threads.
std::mutex& graph_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Streams that no StreamScope uses, to be used again. Two scopes then never share a stream, as they would if
/// libtorch's 32 went round, and memory that its allocator keeps for a stream is used again.
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

/// Ends a capture whose work threw: destroying the graph ends neither the capture of its stream nor that of the
/// allocator.
void abandon(at::cuda::CUDAGraph& graph, c10::DeviceIndex device, c10::MempoolId_t pool) {
  try {
    graph.capture_end();
  } catch (const std::exception&) {  // the failure broke the capture; the allocator does not know yet
    try {
      allocator::endAllocateToPool(device, pool);
    } catch (const std::exception&) {  // it did know
    }
  }
}

/// Records what `work` does on this thread alone: other threads may work meanwhile.
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

/// A clock of events in a stream. Failed calls of the CUDA runtime give a time of 0: the work of the device reports
/// its failures.
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
      forget_failure();
      event = nullptr;
    }
    if (event != nullptr) cudaEventRecord(event, c10::cuda::getCurrentCUDAStream().stream());
    recorded_.push_back(event);
  }

  /// Sums the times between neighbours: the time of an event is a float, too coarse for a long stage.
  std::vector<double> take() override {
    std::vector<double> times;
    cudaEventSynchronize(recorded_.back());
    for (std::size_t i = 1; i < recorded_.size(); ++i) {
      float milliseconds = 0;
      if (cudaEventElapsedTime(&milliseconds, recorded_[i - 1], recorded_[i]) == cudaSuccess) {
        seconds_ += 1e-3 * static_cast<double>(milliseconds);
      } else {
        forget_failure();
      }
      times.push_back(seconds_);
      idle_.push_back(recorded_[i - 1]);
    }
    recorded_ = {recorded_.back()};
    return times;
  }

 private:
  /// A time is not worth a trial; the next launch would report the failure as its own.
  static void forget_failure() { (void)cudaGetLastError(); }

  std::vector<cudaEvent_t> recorded_;  // the first is the last that was taken
  std::vector<cudaEvent_t> idle_;
  double seconds_ = 0;  // at the first
};

/// Bytes that recorded graphs hold beyond their tensors: nothing else can use them while the graphs exist.
double held_by_graphs(c10::DeviceIndex device) {
  double held = 0;
  for (const auto& segment : allocator::snapshot({0, 0}, /*include_traces=*/false).segments) {
    const bool is_of_graph = segment.owner_private_pool_id != c10::MempoolId_t{0, 0};
    if (segment.device == device && is_of_graph)
      held += static_cast<double>(segment.total_size - segment.allocated_size);
  }
  return held;
}

DeviceMemory read_memory(c10::DeviceIndex device) {
  constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const auto stats = allocator::getDeviceStats(device);
  allocator::resetPeakStats(device);
  const double held = held_by_graphs(device);
  const auto& allocated = stats.allocated_bytes[all];
  const auto kept = static_cast<double>(stats.reserved_bytes[all].current - allocated.current);
  const auto left = static_cast<double>(allocator::get()->getMemoryInfo(device).first);
  return {left + std::max(0.0, kept - held), static_cast<double>(allocated.peak) + held};
}

std::string find_trouble() {
  // Before CUDA starts: a fused trial has two streams, and of several trials on a GPU those would wait for each
  // other that share one of the 8 queues that are the default.
  setenv("CUDA_DEVICE_MAX_CONNECTIONS", "32", 0);
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return "";
  std::string trouble = driver_trouble(driver, CUDART_VERSION);
  int gpus = 0;
  if (!trouble.empty() || cudaGetDeviceCount(&gpus) != cudaSuccess) return trouble;
  for (int gpu = 0; gpu < gpus && trouble.empty(); ++gpu) {
    cudaDeviceProp properties{};  // needs no context: that would take memory of every GPU for every rank
    if (cudaGetDeviceProperties(&properties, gpu) != cudaSuccess) continue;
    if (kernels::has_device_code(properties.major, properties.minor)) continue;
    trouble = architecture_trouble(properties.name, properties.major, properties.minor);
  }
  return trouble;
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
  std::unique_ptr<at::cuda::CUDAGraph> graph;  // on a GPU, with a memory pool of its own
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

struct StreamScope::Guard {
  explicit Guard(const c10::cuda::CUDAStream& taken) : stream(taken) {}
  c10::cuda::CUDAStreamGuard stream;
};

StreamScope::StreamScope(torch::Device device) {
  if (!device.is_cuda()) return;
  synchronize_stream(device);  // the upload of the data may still be running
  guard_ = std::make_unique<Guard>(idle_streams().take(device.index()));
}

StreamScope::~StreamScope() {
  if (!guard_) return;
  try {
    guard_->stream.current_stream().synchronize();
    idle_streams().give_back(guard_->stream.current_stream());
    const std::lock_guard guard(graph_mutex());
    allocator::emptyCache();         // memory of destroyed graphs: no other stream could use it
  } catch (const std::exception&) {  // a failed device reports at its next use; this stream is not used again
  }
}

void synchronize_stream(torch::Device device) {
  if (device.is_cuda()) c10::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

std::unique_ptr<ProfileClock> device_clock(torch::Device device) {
  return device.is_cuda() ? std::make_unique<EventClock>() : host_clock();
}

DeviceMemory device_memory(torch::Device device) {
  if (!device.is_cuda()) return host_memory();
  try {
    return read_memory(device.index());
  } catch (const std::exception&) {  // the stage that broke the device reports that
    return {};
  }
}

const std::string& gpu_trouble() {
  static const std::string trouble = find_trouble();
  return trouble;
}

}  // namespace m2m::nn
