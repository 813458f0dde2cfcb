// The build without CUDA: the only device is the host.
#include "nn/device_clock.hpp"

namespace m2m::nn {

std::unique_ptr<ProfileClock> device_clock(torch::Device /*device*/) { return host_clock(); }

}  // namespace m2m::nn
