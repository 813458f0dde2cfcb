#pragma once
// The device that tests of training run on.
#include <torch/types.h>

namespace m2m::testing {

/// The device that the environment's M2M_TEST_DEVICE names ("cuda:0"); the CPU by default. Ends the program with
/// exit code 77, a skipped test, if that is a GPU and there is none.
torch::Device test_device();

/// Gives the calling thread a stream of its own on a GPU, once, as a sweep does: without one nothing is recorded.
/// Does nothing on a CPU.
void use_own_stream();

/// True on a CPU, whose sums have a fixed order, so that the same calls give the same bits. A GPU's do not.
bool gives_same_bits();

/// Equal bit for bit if gives_same_bits(); else to 1e-9, which float64 keeps over a few epochs.
bool agree(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace m2m::testing
