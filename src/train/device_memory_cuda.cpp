// The CUDA build.
#include <c10/cuda/CUDACachingAllocator.h>

#include <algorithm>
#include <exception>

#include "train/device_memory.hpp"

namespace m2m::nn {
namespace {

namespace allocator = c10::cuda::CUDACachingAllocator;

/// What recorded graphs hold beyond their tensors: nothing else can use it while they live.
double held_by_graphs(c10::DeviceIndex device) {
  double held = 0;
  for (const auto& segment : allocator::snapshot({0, 0}, /*include_traces=*/false).segments) {
    const bool is_of_graph = segment.owner_private_pool_id != c10::MempoolId_t{0, 0};
    if (segment.device == device && is_of_graph)
      held += static_cast<double>(segment.total_size - segment.allocated_size);
  }
  return held;
}

DeviceMemory ask(c10::DeviceIndex device) {
  constexpr auto all = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  const auto stats = allocator::getDeviceStats(device);
  allocator::resetPeakStats(device);
  const double held = held_by_graphs(device);
  const auto& allocated = stats.allocated_bytes[all];
  const auto kept = static_cast<double>(stats.reserved_bytes[all].current - allocated.current);
  const auto left = static_cast<double>(allocator::get()->getMemoryInfo(device).first);
  return {left + std::max(0.0, kept - held), static_cast<double>(allocated.peak) + held};
}

}  // namespace

DeviceMemory device_memory(torch::Device device) {
  if (!device.is_cuda()) return host_memory();
  try {
    return ask(device.index());
  } catch (const std::exception&) {  // the stage that broke the device says so itself
    return {};
  }
}

}  // namespace m2m::nn
