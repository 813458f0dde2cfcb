#include <Random123/philox.h>

#include "kernels/launch.cuh"
#include "kernels/random_start.hpp"

namespace m2m::kernels {
namespace {

constexpr int words_of_a_block = 4;

/// Word `number` of the stream of a slot's noise, as core/philox.cpp counts them.
__device__ std::uint32_t noise_word(const StartNoise& noise, std::int32_t slot, std::int64_t number) {
  const auto block = static_cast<std::uint32_t>(number / words_of_a_block);
  const auto purpose = static_cast<std::uint32_t>(Purpose::noise) << purpose_shift;
  const r123::Philox4x32::ctr_type counter{
      {purpose + block, noise.epoch, noise.step, static_cast<std::uint32_t>(slot)}};
  const r123::Philox4x32::key_type key{{noise.key.seed, static_cast<std::uint32_t>(noise.key.role)}};
  return r123::Philox4x32()(counter, key)[number % words_of_a_block];
}

/// A thread takes every (grid size)-th value.
template <typename Real>
__global__ void start(StartNoise noise, std::int64_t values, int channels, std::int64_t plane,
                      const Real* __restrict__ seeds, Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < values; at += stride) {
    const std::int64_t image = at / (channels * plane), number = at % (channels * plane);
    const double scale = noise.image_scales[image] * noise.channel_scales[number / plane];
    const double uniform = noise_word(noise, noise.slots[image], number) * 0x1p-32;
    const double added = __dmul_rn(uniform - 0.5, scale);  // rounded by itself, not within the sum: as on the CPU
    const Real moved = seeds[at] + static_cast<Real>(added);
    out[at] = moved < Real{0} ? Real{0} : (moved > Real{1} ? Real{1} : moved);
  }
}

}  // namespace

template <typename Real>
void random_start_cuda(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane,
                       const Real* seeds, Real* out, void* stream) {
  const std::int64_t values = images * channels * plane;
  if (values == 0) return;  // an empty grid is an error to CUDA
  start<<<blocks_for(values), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(noise, values, channels,
                                                                                          plane, seeds, out);
  check_launch("starting translations");
}

template void random_start_cuda<float>(const StartNoise&, std::int64_t, int, std::int64_t, const float*, float*,
                                       void*);
template void random_start_cuda<double>(const StartNoise&, std::int64_t, int, std::int64_t, const double*, double*,
                                        void*);

}  // namespace m2m::kernels
