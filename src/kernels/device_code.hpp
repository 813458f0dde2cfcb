#pragma once
// The GPUs that can run the device code of this build.

namespace m2m::kernels {

/// False if the compute capability is below every one that this build has code for. Newer GPUs run that code or a
/// translation of it. Pure.
bool has_device_code(int major, int minor);

}  // namespace m2m::kernels
