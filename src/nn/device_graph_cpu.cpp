// The CPU build: there is nothing to record, so the work is kept and done each time.
#include "nn/device_graph.hpp"

namespace m2m::nn {

struct DeviceGraph::Recording {
  std::function<void()> work;
};

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(std::function<void()> work) {
  recording_ = std::make_unique<Recording>(Recording{std::move(work)});
}

void DeviceGraph::replay() { recording_->work(); }

struct OwnStream::Guard {};

OwnStream::OwnStream(torch::Device) {}
OwnStream::~OwnStream() = default;

void wait_for_queued_work(torch::Device) {}

}  // namespace m2m::nn
