// The CPU build.
#include "train/device_memory.hpp"

namespace m2m::nn {

DeviceMemory device_memory(torch::Device) { return host_memory(); }

}  // namespace m2m::nn
