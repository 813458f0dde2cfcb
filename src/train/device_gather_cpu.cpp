// The build without CUDA: the only device is the host.
#include "train/device_gather.hpp"

namespace m2m::nn {

torch::Tensor place_pixels(const torch::Tensor& pixels, torch::Device) { return pixels; }

torch::Tensor device_gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                            torch::Dtype precision) {
  return host_gather(pixels, indices, divisor, precision);
}

}  // namespace m2m::nn
