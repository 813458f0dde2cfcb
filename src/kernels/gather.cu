#include "kernels/gather.hpp"
#include "kernels/launch.cuh"

namespace m2m::kernels {
namespace {

/// A pixel of a resized window.
template <typename Real>
__device__ Real resized(const std::uint8_t* __restrict__ plane, int height, int width, const GatherIndex& index,
                        int y, int x) {
  const Interpolation<Real> v = interpolate_at<Real>(y, height, index.window.height);
  const Interpolation<Real> h =
      interpolate_at<Real>(index.flip != 0 ? width - 1 - x : x, width, index.window.width);
  const std::uint8_t* upper = plane + std::int64_t{index.window.top + v.low} * width + index.window.left;
  const std::uint8_t* lower = plane + std::int64_t{index.window.top + v.high} * width + index.window.left;
  const Real above = upper[h.low] + h.share * static_cast<Real>(upper[h.high] - upper[h.low]);
  const Real below = lower[h.low] + h.share * static_cast<Real>(lower[h.high] - lower[h.low]);
  return above + v.share * (below - above);
}

/// A thread takes every (grid size)-th output value; neighbours in x are neighbours in memory.
template <typename Real>
__global__ void gather(const std::uint8_t* __restrict__ pixels, int channels, int height, int width,
                       const GatherIndex* __restrict__ indices, std::int64_t values, Real divisor,
                       Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < values; at += stride) {
    const int x = static_cast<int>(at % width);
    const int y = static_cast<int>(at / width % height);
    const int c = static_cast<int>(at / width / height % channels);
    const GatherIndex index = indices[at / width / height / channels];
    const std::uint8_t* plane = pixels + (std::int64_t{index.row} * channels + c) * height * width;
    if (index.window.height > 0) {
      out[at] = resized<Real>(plane, height, width, index, y, x) / divisor;
      continue;
    }
    const int line = y + index.dy;
    const int column = (index.flip != 0 ? width - 1 - x : x) + index.dx;
    const bool inside = line >= 0 && line < height && column >= 0 && column < width;
    out[at] = inside ? static_cast<Real>(plane[std::int64_t{line} * width + column]) / divisor : Real{0};
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
