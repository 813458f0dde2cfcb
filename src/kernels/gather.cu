#include "kernels/gather.hpp"
#include "kernels/launch.cuh"
#include "kernels/start_pixel.hpp"

namespace m2m::kernels {
namespace {

/// A thread takes every (grid size)-th output value; neighbours in x are neighbours in memory.
template <typename Real>
__global__ void gather(const std::uint8_t* __restrict__ pixels, int channels, int height, int width,
                       const GatherIndex* __restrict__ indices, std::int64_t values, Real divisor,
                       Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x, plane = std::int64_t{height} * width;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < values; at += stride) {
    const std::int64_t image = at / (channels * plane);
    const auto number = static_cast<int>(at % (channels * plane));
    out[at] = gathered_pixel<Real>(pixels, {channels, height, width}, indices[image], number, divisor);
  }
}

}  // namespace

template <typename Real>
void gather_augment_cuda(const std::uint8_t* pixels, int channels, int height, int width,
                         const GatherIndex* indices, std::int64_t count, Real divisor, Real* out, void* stream) {
  const std::int64_t values = count * channels * height * width;
  if (values == 0) return;  // an empty grid is an error to CUDA
  gather<<<blocks_for(values), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      pixels, channels, height, width, indices, values, divisor, out);
  check_launch("gathering a batch");
}

template void gather_augment_cuda<float>(const std::uint8_t*, int, int, int, const GatherIndex*, std::int64_t,
                                         float, float*, void*);
template void gather_augment_cuda<double>(const std::uint8_t*, int, int, int, const GatherIndex*, std::int64_t,
                                          double, double*, void*);

}  // namespace m2m::kernels
