#include "kernels/image_operations.hpp"
#include "kernels/launch.cuh"
#include "kernels/transforms.hpp"

namespace m2m::kernels {
namespace {

/// The threads of a block, which share an image.
struct BlockTeam {
  template <typename Function>
  __device__ __forceinline__ void each(int count, Function f) const {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) f(i);
  }
  template <typename Function>
  __device__ __forceinline__ void pixels(int height, int width, Function f) const {
    each(height * width, [&](int at) { f(at / width, at % width); });
  }
  __device__ __forceinline__ void add(int* sum, int value) const { atomicAdd(sum, value); }
  __device__ __forceinline__ void sync() const { __syncthreads(); }
};

/// Two copies of an image lie in shared memory if they take no more than this.
constexpr std::int64_t max_shared_bytes = 32 * 1024;

__host__ __device__ std::int64_t bytes_of_copies(const ImageSizes& sizes) {
  return std::int64_t{2} * sizes.channels * sizes.height * sizes.width;
}

/// A block is an image. scratch: the copies of all images, or null if they lie in shared memory.
template <typename Real>
__global__ void gather_images(const std::uint8_t* __restrict__ pixels, ImageSizes sizes,
                              const TransformedIndex* __restrict__ indices, TransformRules rules,
                              std::uint8_t* scratch, Real divisor, Real* __restrict__ out) {
  extern __shared__ std::uint8_t copies[];
  __shared__ std::uint8_t lookup[max_transformed_channels * byte_values];
  __shared__ int counts[max_transformed_channels * byte_values];
  const TransformedIndex& index = indices[blockIdx.x];
  const std::int64_t bytes = bytes_of_copies(sizes);
  std::uint8_t* const memory = scratch == nullptr ? copies : scratch + blockIdx.x * bytes;
  const auto values = static_cast<int>(bytes / 2);
  Real* const image = out + blockIdx.x * (bytes / 2);
  const BlockTeam team;
  if (rules.table == nullptr) {
    team.each(values, [&](int at) { image[at] = gathered_pixel<Real>(pixels, sizes, index.index, at, divisor); });
  } else {
    operate(team, pixels, sizes, index, rules, {memory, memory + values, lookup, counts}, image);
  }
  team.sync();
  fill_box(team, sizes, index.transforms.cutout, rules.fill, image);
  team.sync();
  fill_box(team, sizes, index.transforms.erased, rules.fill, image);
}

}  // namespace

std::int64_t transform_scratch_bytes(int channels, int height, int width, std::int64_t count) {
  const std::int64_t bytes = bytes_of_copies({channels, height, width});
  return bytes <= max_shared_bytes ? 0 : count * bytes;
}

template <typename Real>
void gather_transformed_cuda(const std::uint8_t* pixels, int channels, int height, int width,
                             const TransformedIndex* indices, std::int64_t count, const TransformRules& rules,
                             std::uint8_t* scratch, Real divisor, Real* out, void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  const ImageSizes sizes{channels, height, width};
  const std::size_t shared = scratch == nullptr ? static_cast<std::size_t>(bytes_of_copies(sizes)) : 0;
  gather_images<<<static_cast<unsigned>(count), threads_of_a_block, shared, static_cast<cudaStream_t>(stream)>>>(
      pixels, sizes, indices, rules, scratch, divisor, out);
  check_launch("gathering and transforming a batch");
}

template void gather_transformed_cuda<float>(const std::uint8_t*, int, int, int, const TransformedIndex*,
                                             std::int64_t, const TransformRules&, std::uint8_t*, float, float*,
                                             void*);
template void gather_transformed_cuda<double>(const std::uint8_t*, int, int, int, const TransformedIndex*,
                                              std::int64_t, const TransformRules&, std::uint8_t*, double, double*,
                                              void*);

}  // namespace m2m::kernels
