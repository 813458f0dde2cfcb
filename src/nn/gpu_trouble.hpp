#pragma once
// Why the GPUs of this host cannot be used by this build.
#include <string>

namespace m2m::nn {

/// What keeps this process from the GPUs that are here, and what to do, as the rest of a sentence: a driver that is
/// too old, or a GPU for whose architecture nothing was compiled. Empty where all is well, where there is no
/// driver, and in a build for CPUs. Looked up once. Local; thread-safe.
const std::string& gpu_trouble();

/// The sentence about a driver, empty if it serves: versions as CUDA counts them, 1000 times the major one and 10
/// times the minor one; driver 0: there is none. Pure.
std::string driver_trouble(int driver, int runtime);

/// The sentence about a GPU for which there is no code. capability: major, minor. Pure.
std::string architecture_trouble(const std::string& gpu, int major, int minor);

}  // namespace m2m::nn
