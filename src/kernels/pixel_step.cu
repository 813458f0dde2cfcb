#include "kernels/launch.cuh"
#include "kernels/pixel_step.hpp"

namespace m2m::kernels {
namespace {

/// A block an image: its threads add up squares, then each moves its share of the pixels.
template <typename Real>
__global__ void step_image(double length, std::int64_t values, const Real* __restrict__ gradients,
                           Real* __restrict__ images) {
  __shared__ double squares[threads_of_a_block];
  const Real* gradient = gradients + std::int64_t{blockIdx.x} * values;
  Real* x = images + std::int64_t{blockIdx.x} * values;
  double own = 0;
  for (std::int64_t i = threadIdx.x; i < values; i += blockDim.x)
    own += static_cast<double>(gradient[i]) * gradient[i];
  squares[threadIdx.x] = own;
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) squares[threadIdx.x] += squares[threadIdx.x + half];
  }
  __syncthreads();
  const auto factor = static_cast<Real>(length / (sqrt(squares[0]) + 1e-10));
  for (std::int64_t i = threadIdx.x; i < values; i += blockDim.x) {
    const Real moved = x[i] - factor * gradient[i];
    x[i] = moved < Real{0} ? Real{0} : (moved > Real{1} ? Real{1} : moved);
  }
}

}  // namespace

template <typename Real>
void pixel_step_cuda(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x,
                     void* stream) {
  if (images == 0) return;  // an empty grid is an error to CUDA
  step_image<<<static_cast<unsigned>(images), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      length, values, gradient, x);
  check_launch("stepping images");
}

template void pixel_step_cuda<float>(double, std::int64_t, std::int64_t, const float*, float*, void*);
template void pixel_step_cuda<double>(double, std::int64_t, std::int64_t, const double*, double*, void*);

}  // namespace m2m::kernels
