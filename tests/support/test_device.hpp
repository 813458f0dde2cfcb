#pragma once
// The device that tests of training run on.
#include <torch/types.h>

namespace m2m::testing {

/// Returns the device of the environment variable M2M_TEST_DEVICE ("cuda:0"), the CPU by default. Ends the program
/// with exit code 77, a skipped test, if that is a GPU and none is available.
torch::Device test_device();

/// Gives the calling thread its own stream on a GPU, once, as a sweep does; without one nothing is recorded. Does
/// nothing on a CPU.
void use_own_stream();

/// Returns true on a CPU: its sums have a fixed order, so the same calls give the same bits. A GPU's do not.
bool gives_same_bits();

/// Returns true if the tensors are equal: bit for bit if gives_same_bits(), else to 1e-9, which float64 keeps over
/// a few epochs.
bool agree(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace m2m::testing
