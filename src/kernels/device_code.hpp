#pragma once
// Whether a GPU can run the device code of this build.

namespace m2m::kernels {

/// False if the GPU of that number is of an architecture that nothing was compiled for. Makes it the calling
/// thread's current one. Local. A GPU that answers nothing at all counts as able: what is asked of it next says
/// why.
bool has_device_code(int device);

}  // namespace m2m::kernels
