#pragma once
// The gather kernel behind a tensor. CMake lists device_gather_cpu.cpp or device_gather_cuda.cpp, by the build.
#include <torch/types.h>

namespace m2m::nn {

/// Pixels where gathering on `device` wants them: as they are on the CPU, copied once to a GPU.
torch::Tensor place_pixels(const torch::Tensor& pixels, torch::Device device);

/// pixels: uint8 [n, c, h, w] as place_pixels made them; indices: the bytes of kernels::GatherIndex, m of them,
/// there too. Returns [m, c, h, w] of `precision` on their device, pixels divided by `divisor`. Queued on the
/// current stream where that is a GPU. Local, deterministic.
torch::Tensor device_gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                            torch::Dtype precision);

/// The same with everything in host memory; what both builds do for the CPU.
torch::Tensor host_gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                          torch::Dtype precision);

}  // namespace m2m::nn
