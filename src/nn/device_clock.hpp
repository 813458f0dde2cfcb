#pragma once
// The time at which a device reaches points of its work.
#include <torch/types.h>

#include <memory>

#include "core/profile.hpp"

namespace m2m::nn {

/// A clock for a stage on that device. On a GPU it records events on the stream of the thread that marks, and keeps
/// no step waiting; the thread's current device has to be that GPU. On a CPU it is host_clock().
std::unique_ptr<ProfileClock> device_clock(torch::Device device);

}  // namespace m2m::nn
