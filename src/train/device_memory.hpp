#pragma once
// What of a device's memory is free, and what this process takes of it.
#include <torch/types.h>

#include "core/machine.hpp"

namespace m2m::nn {

/// Of a GPU: free is what the driver has left and what libtorch's allocator keeps without using it; used is the
/// most that tensors and recorded graphs took since this was last asked. Of the CPU: as host_memory. Thread-safe;
/// local.
DeviceMemory device_memory(torch::Device device);

}  // namespace m2m::nn
