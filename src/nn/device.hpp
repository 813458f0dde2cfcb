#pragma once
// Work on a device: streams, recorded graphs, uploads, memory and time. backend_cpu.cpp or backend_cuda.cpp
// implements what depends on the build.
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/machine.hpp"
#include "core/profile.hpp"

namespace m2m::nn {

/// Work that is recorded once and then replayed without the host. On a GPU a CUDA graph, recorded from the stream
/// of the calling thread, which must be that of a StreamScope. Elsewhere the work itself, so that replaying can be
/// tested.
class DeviceGraph {
 public:
  DeviceGraph();
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Records `work` without running it. It must not wait for the device or read a value of it, and everything it
  /// reads and writes must keep its address as long as the graph is replayed. Thread-safe: threads record one at a
  /// time.
  void record(std::function<void()> work);
  bool is_recorded() const { return recording_ != nullptr; }
  /// Runs it once, on the stream of the calling thread.
  void replay();

 private:
  struct Recording;
  std::unique_ptr<Recording> recording_;
};

/// Makes the GPU the thread's current device and gives the thread a stream of its own; the default stream of all
/// threads cannot be recorded. Waits for the thread's work at both ends, never for other streams, because one of
/// these may be recording. Does nothing on a CPU. Thread-safe; must be destroyed in the thread that made it.
class StreamScope {
 public:
  explicit StreamScope(torch::Device device);
  ~StreamScope();
  StreamScope(const StreamScope&) = delete;
  StreamScope& operator=(const StreamScope&) = delete;

 private:
  struct Guard;
  std::unique_ptr<Guard> guard_;
};

/// Number of GPUs that this process sees; 0 in a build for CPUs. Its first call, or that of gpu_trouble(), comes
/// before any other use of CUDA: it sets CUDA_DEVICE_MAX_CONNECTIONS to 32 unless it is set. Local.
int gpu_count();

/// Waits for what the calling thread has queued for a GPU; does nothing on a CPU. Throws c10::Error if that work
/// has failed.
void synchronize_stream(torch::Device device);

/// A function of tensors that is called many times. The first call runs it as it is, because libraries set up much
/// on first use. The second call records it and replays the recording, as all later ones do.
class GraphedCall {
 public:
  using Tensors = std::vector<torch::Tensor>;
  /// May change its inputs in place. Rules for everything else that it uses: DeviceGraph::record.
  using Function = std::function<Tensors(const Tensors& inputs)>;

  explicit GraphedCall(Function function) : function_(std::move(function)) {}
  GraphedCall(const GraphedCall&) = delete;  // the recording points to it
  GraphedCall& operator=(const GraphedCall&) = delete;

  /// Copies the inputs to the function's tensors, and calls it `times` times on these. Inputs have the shapes of
  /// the first call; undefined ones stay undefined. The result is valid until the next call.
  Tensors operator()(const Tensors& inputs, int times = 1);
  /// True from the second call on.
  bool is_recorded() const { return graph_.is_recorded(); }

 private:
  void load(const Tensors& inputs);

  Function function_;
  bool called_ = false;
  Tensors inputs_, outputs_;
  DeviceGraph graph_;
};

/// The place of an array in an upload, and its type.
struct UploadSlice {
  std::int64_t offset = 0, bytes = 0;
  torch::Dtype type = torch::kUInt8;
};

/// Arrays of the host that go to a device in one copy, for which the host does not wait.
class Upload {
 public:
  /// Stages a copy of `values`, to be read as [n] of `type`: that of T, or bytes.
  template <typename T>
  UploadSlice add(std::span<const T> values, torch::Dtype type = c10::CppTypeToScalarType<T>::value) {
    return add_bytes(std::as_bytes(values), type);
  }

  /// Sends everything staged; to a GPU the copy is queued on the current stream.
  void send(torch::Device device);

  /// A slice on the device: a view, [n]. After send.
  torch::Tensor operator[](const UploadSlice& slice) const;

 private:
  UploadSlice add_bytes(std::span<const std::byte> bytes, torch::Dtype type);

  std::vector<std::byte> staged_;
  torch::Tensor sent_;
};

/// The clock of a stage on a device. On a GPU it records events on the stream of the thread that marks, and delays
/// no step; the thread's current device must be that GPU. On a CPU it is host_clock().
std::unique_ptr<ProfileClock> device_clock(torch::Device device);

/// The memory of a device. GPU: free is what the driver has left and what libtorch's allocator keeps unused; used
/// is the most that tensors and recorded graphs took since the last call. CPU: host_memory(). Local; thread-safe.
DeviceMemory device_memory(torch::Device device);

/// Sets whether convolutions and matrix products of float32 on a GPU keep ten bits (TF32) or all.
///
/// Holds for the whole process, because libtorch has no smaller scope: stages that run at the same time must agree.
/// Has no effect on a CPU. libtorch starts with TF32 in convolutions. Local; thread-safe among stages that agree.
void allow_tf32(bool allowed);

/// Why this build cannot use the GPUs of this host, and what to do, as the rest of a sentence: the driver is too
/// old, or the build has no code for a GPU. Empty if they can be used, if there is no driver, and in a build for
/// CPUs. Looked up once. Local; thread-safe.
const std::string& gpu_trouble();

/// The sentence about the driver; empty if it is new enough or 0, that is, missing. Versions as CUDA counts them:
/// 1000 times the major number plus 10 times the minor one. Pure.
std::string driver_trouble(int driver, int runtime);

/// The sentence about a GPU for which the build has no code; major, minor: its compute capability. Pure.
std::string architecture_trouble(const std::string& gpu, int major, int minor);

}  // namespace m2m::nn
