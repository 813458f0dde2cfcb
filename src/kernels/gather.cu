#include "kernels/gather.hpp"
#include "kernels/launch.cuh"

namespace m2m::kernels {
namespace {

/// A thread takes every (grid size)-th output value; neighbours in x are neighbours in memory.
template <typename Real>
__global__ void gather(const std::uint8_t* __restrict__ pixels, int channels, int height, int width,
                       const Pick* __restrict__ picks, std::int64_t values, Real divisor, Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < values; at += stride) {
    const int x = static_cast<int>(at % width);
    const int y = static_cast<int>(at / width % height);
    const int c = static_cast<int>(at / width / height % channels);
    const Pick pick = picks[at / width / height / channels];
    const int line = y + pick.dy;
    const int column = (pick.flip != 0 ? width - 1 - x : x) + pick.dx;
    const bool inside = line >= 0 && line < height && column >= 0 && column < width;
    const std::int64_t from = ((std::int64_t{pick.row} * channels + c) * height + line) * width + column;
    out[at] = inside ? static_cast<Real>(pixels[from]) / divisor : Real{0};
  }
}

}  // namespace

template <typename Real>
void gather_augment_cuda(const std::uint8_t* pixels, int channels, int height, int width, const Pick* picks,
                         std::int64_t count, Real divisor, Real* out, void* stream) {
  const std::int64_t values = count * channels * height * width;
  if (values == 0) return;  // an empty grid is an error to CUDA
  gather<<<blocks_for(values), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      pixels, channels, height, width, picks, values, divisor, out);
  check_launch("gathering a batch");
}

template void gather_augment_cuda<float>(const std::uint8_t*, int, int, int, const Pick*, std::int64_t, float,
                                         float*, void*);
template void gather_augment_cuda<double>(const std::uint8_t*, int, int, int, const Pick*, std::int64_t, double,
                                          double*, void*);

}  // namespace m2m::kernels
