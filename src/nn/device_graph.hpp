#pragma once
// Work for a device that is recorded once and then replayed without the host's part in it.
#include <torch/types.h>

#include <functional>
#include <memory>

namespace m2m::nn {

/// On a GPU a CUDA graph, recorded from the calling thread's stream, which must be an OwnStream; elsewhere the work
/// itself, so that what depends on replaying can be tested.
class DeviceGraph {
 public:
  DeviceGraph();
  ~DeviceGraph();
  DeviceGraph(const DeviceGraph&) = delete;
  DeviceGraph& operator=(const DeviceGraph&) = delete;

  /// Notes what `work` does, without doing it. It must not wait for the device nor look at a value, and all that it
  /// reads and writes must stay where it is for as long as the graph is replayed. Threads record one after the
  /// other.
  void record(std::function<void()> work);
  bool is_recorded() const { return recording_ != nullptr; }
  /// Does it once, on the calling thread's stream.
  void replay();

 private:
  struct Recording;
  std::unique_ptr<Recording> recording_;
};

/// While it lives, that GPU is this thread's current one, and its work goes through a stream of its own, not
/// through the one that all share, from which nothing can be recorded; no two that live have the same. Waits at
/// both ends for what the thread's stream has still to do, never for other streams: one may be recorded from.
/// Nothing on a CPU. Thread-safe; ends in the thread it began in.
class OwnStream {
 public:
  explicit OwnStream(torch::Device device);
  ~OwnStream();
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;

 private:
  struct Guard;
  std::unique_ptr<Guard> guard_;
};

/// Waits for what the calling thread has queued for a GPU; nothing on a CPU. Throws c10::Error where that has
/// failed.
void wait_for_queued_work(torch::Device device);

}  // namespace m2m::nn
