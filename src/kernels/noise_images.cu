#include "kernels/launch.cuh"
#include "kernels/noise_images.hpp"
#include "kernels/philox_block.hpp"

namespace m2m::kernels {
namespace {

/// Uniform in [0, 1), of 53 bits, as Stream::uniform makes it of two words.
__device__ double uniform_of(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>((static_cast<std::uint64_t>(high) << 32 | low) >> 11) * 0x1p-53;
}

/// Each thread draws every (grid size)-th pair of normals: a block of the stream gives two neighbours of an image.
template <typename Real>
__global__ void draw_pairs(ImageNoise noise, std::int64_t pairs, std::int64_t pairs_of_image,
                           std::int64_t values_of_image, std::int64_t plane, Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < pairs; at += stride) {
    const std::int64_t image = at / pairs_of_image, pair = at % pairs_of_image;
    const auto words = stream_block(
        {noise.key, Purpose::noise_pixels, noise.epoch, noise.step, static_cast<std::uint32_t>(noise.slots[image])},
        static_cast<std::uint32_t>(pair));
    const double radius = sqrt(-2.0 * log(1.0 - uniform_of(words[0], words[1])));
    double normals[2];  // the cosine is drawn first
    sincospi(2.0 * uniform_of(words[2], words[3]), &normals[1], &normals[0]);
    for (int i = 0; i < 2; ++i) {
      const std::int64_t number = 2 * pair + i;
      if (number >= values_of_image) break;
      const std::int64_t channel = number / plane;
      const double added = __dmul_rn(noise.deviations[channel], __dmul_rn(radius, normals[i]));
      const double drawn = noise.means[channel] + added;
      out[image * values_of_image + number] = static_cast<Real>(drawn < 0 ? 0 : (drawn > 1 ? 1 : drawn));
    }
  }
}

}  // namespace

template <typename Real>
void draw_noise_images_cuda(const ImageNoise& noise, std::int64_t images, int channels, std::int64_t plane,
                            Real* out, void* stream) {
  const std::int64_t values = channels * plane, pairs_of_image = (values + 1) / 2, pairs = images * pairs_of_image;
  if (pairs == 0) return;  // an empty grid is an error to CUDA
  draw_pairs<<<blocks_for(pairs), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      noise, pairs, pairs_of_image, values, plane, out);
  check_launch("drawing images of noise");
}

template void draw_noise_images_cuda<float>(const ImageNoise&, std::int64_t, int, std::int64_t, float*, void*);
template void draw_noise_images_cuda<double>(const ImageNoise&, std::int64_t, int, std::int64_t, double*, void*);

}  // namespace m2m::kernels
