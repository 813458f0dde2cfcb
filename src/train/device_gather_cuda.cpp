// The CUDA build: batches are gathered where the pixels lie.
#include <c10/cuda/CUDAStream.h>

#include <cstring>

#include "train/device_gather.hpp"

namespace m2m {
namespace {

template <typename Real>
void gather(const torch::Tensor& pixels, const torch::Tensor& picks, std::int64_t count, double divisor,
            torch::Tensor& out) {
  kernels::gather_augment_cuda<Real>(
      pixels.data_ptr<std::uint8_t>(), static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(2)),
      static_cast<int>(pixels.size(3)), static_cast<const kernels::Pick*>(picks.data_ptr()), count,
      static_cast<Real>(divisor), out.data_ptr<Real>(), c10::cuda::getCurrentCUDAStream().stream());
}

torch::Tensor upload(std::span<const kernels::Pick> picks, torch::Device device) {
  const auto bytes = static_cast<std::int64_t>(picks.size_bytes());
  torch::Tensor host = torch::empty({bytes}, torch::TensorOptions(torch::kUInt8).pinned_memory(true));
  std::memcpy(host.data_ptr(), picks.data(), picks.size_bytes());
  return host.to(device, /*non_blocking=*/true);
}

}  // namespace

torch::Tensor place_pixels(const torch::Tensor& pixels, torch::Device device) { return pixels.to(device); }

torch::Tensor device_gather(const torch::Tensor& pixels, std::span<const kernels::Pick> picks, double divisor,
                            torch::Dtype precision) {
  if (pixels.is_cpu()) return host_gather(pixels, picks, divisor, precision);
  const auto count = static_cast<std::int64_t>(picks.size());
  const torch::Tensor on_device = upload(picks, pixels.device());
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)},
                                   torch::TensorOptions(precision).device(pixels.device()));
  if (precision == torch::kFloat64) {
    gather<double>(pixels, on_device, count, divisor, out);
  } else {
    gather<float>(pixels, on_device, count, divisor, out);
  }
  return out;
}

}  // namespace m2m
