#include "support/test_device.hpp"

#include <torch/cuda.h>

#include <cstdio>
#include <cstdlib>

#include "nn/device.hpp"
#include "support/test_end.hpp"

namespace m2m::testing {

namespace {

torch::Device named_device() {
  const char* named = std::getenv("M2M_TEST_DEVICE");
  const torch::Device device(named == nullptr ? "cpu" : named);
  if (device.is_cuda() && !torch::cuda::is_available()) {
    std::printf("skipped: M2M_TEST_DEVICE is %s, but no GPU is available\n", named);
    std::exit(skipped_code);
  }
  return device;
}

}  // namespace

torch::Device test_device() {
  static const torch::Device device = named_device();
  return device;
}

void use_own_stream() {
  nn::allow_tf32(false);  // as in a sweep: float32 computes in float32
  thread_local const nn::StreamScope stream(test_device());
}

bool gives_same_bits() { return test_device().is_cpu(); }

bool agree(const torch::Tensor& a, const torch::Tensor& b) {
  if (gives_same_bits()) return torch::equal(a, b);
  return torch::allclose(a.to(torch::kFloat64), b.to(torch::kFloat64), 1e-9, 1e-9);
}

}  // namespace m2m::testing
