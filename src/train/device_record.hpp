#pragma once
// What a result's environment says of the GPU that it was trained on.
#include <torch/types.h>

#include <string>

#include "core/config.hpp"

namespace m2m::stages {

/// Of a GPU: gpu (its name), gpu_memory (bytes), compute_capability, and the versions driver, cuda, cudnn and nccl.
/// Of the CPU: an empty object. Local.
Json device_record(torch::Device device);

/// The release in the first line of /proc/driver/nvidia/version, as "580.65.06"; empty where there is none. Pure.
std::string driver_release(const std::string& line);

/// A version as cuDNN counts it, 10000 times the major number and 100 times the minor one: 91900 ->
/// "9.19.0". Pure.
std::string version_text(long version);

}  // namespace m2m::stages
