#pragma once
// What of a device's memory is free, and what this process takes of it.
#include <torch/types.h>

#include "sweep/admission.hpp"

namespace m2m::nn {

/// Of a GPU: free is what the driver has left and what libtorch's allocator keeps without using it; used is the
/// most that tensors and recorded graphs took since this was last asked. Of the CPU: as host_memory. Thread-safe;
/// local.
DeviceMemory device_memory(torch::Device device);

}  // namespace m2m::nn

namespace m2m {

/// MemAvailable of the host, and this process' resident memory; of the host even where a container has less. Zeros
/// where /proc says nothing.
DeviceMemory host_memory();

/// Bytes of memory that the host has, used or not; 0 where /proc says nothing.
double host_memory_size();

}  // namespace m2m
