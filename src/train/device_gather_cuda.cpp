// The CUDA build: batches are gathered where the pixels lie.
#include <c10/cuda/CUDAStream.h>

#include "kernels/gather.hpp"
#include "train/device_gather.hpp"

namespace m2m::nn {
namespace {

template <typename Real>
void gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor, torch::Tensor& out) {
  kernels::gather_augment_cuda<Real>(
      pixels.data_ptr<std::uint8_t>(), static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(2)),
      static_cast<int>(pixels.size(3)), static_cast<const kernels::GatherIndex*>(indices.const_data_ptr()),
      out.size(0), static_cast<Real>(divisor), out.data_ptr<Real>(), c10::cuda::getCurrentCUDAStream().stream());
}

}  // namespace

torch::Tensor place_pixels(const torch::Tensor& pixels, torch::Device device) { return pixels.to(device); }

torch::Tensor device_gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                            torch::Dtype precision) {
  TORCH_CHECK(pixels.device() == indices.device(), "pixels lie on ", pixels.device(), ", their indices on ",
              indices.device());
  if (pixels.is_cpu()) return host_gather(pixels, indices, divisor, precision);
  const std::int64_t count = indices.numel() / static_cast<std::int64_t>(sizeof(kernels::GatherIndex));
  torch::Tensor out = torch::empty({count, pixels.size(1), pixels.size(2), pixels.size(3)},
                                   torch::TensorOptions(precision).device(pixels.device()));
  precision == torch::kFloat64 ? gather<double>(pixels, indices, divisor, out)
                               : gather<float>(pixels, indices, divisor, out);
  return out;
}

}  // namespace m2m::nn
