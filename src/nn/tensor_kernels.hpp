#pragma once
// The kernels that steps need, behind tensors. CMake lists tensor_kernels_cpu.cpp or tensor_kernels_cuda.cpp, by
// the build; tensor_kernels_host.cpp is what both do for tensors in host memory.
#include <torch/types.h>

#include "kernels/random_start.hpp"
#include "kernels/sgd.hpp"

namespace m2m {

/// x = clamp(x - length * g / (||g||_2 + 1e-10), 0, 1) in place, the norm over each image (kernels/pixel_step.hpp).
///
/// x, gradient: [n, c, h, w], contiguous, float32 or float64. Queued on the current stream where they lie on a GPU.
void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length);

/// One update of SGD in place, which also zeroes the gradient (kernels/sgd.hpp).
///
/// All three: [n], contiguous, float32 or float64. Queued on the current stream where they lie on a GPU.
void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient);

/// Where translations begin: clamp(seeds + noise, 0, 1), noise drawn by counter (kernels/random_start.hpp).
///
/// seeds: [m, c, h, w], contiguous, float32 or float64. `noise` points to where the seeds lie. Returns [m, c, h,
/// w]. Queued on the current stream where that is a GPU.
torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise);

/// The same with everything in host memory.
void host_pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length);
void host_sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                   torch::Tensor& gradient);
torch::Tensor host_random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise);

}  // namespace m2m
