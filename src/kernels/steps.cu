#include "kernels/launch.cuh"
#include "kernels/start_pixel.hpp"
#include "kernels/steps.hpp"

namespace m2m::kernels {
namespace {

template <typename Real>
__global__ void step_values(Real learning_rate, Real momentum, Real weight_decay, std::int64_t count,
                            Real* __restrict__ weight, Real* __restrict__ velocity, Real* __restrict__ gradient) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride) {
    velocity[i] = momentum * velocity[i] + (gradient[i] + weight_decay * weight[i]);
    weight[i] -= learning_rate * velocity[i];
    gradient[i] = 0;
  }
}

template <typename Real>
__global__ void step_values_nesterov(Real learning_rate, Real momentum, Real weight_decay, std::int64_t count,
                                     Real* __restrict__ weight, Real* __restrict__ velocity,
                                     Real* __restrict__ gradient) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride) {
    const Real decayed = gradient[i] + weight_decay * weight[i];
    velocity[i] = momentum * velocity[i] + decayed;
    weight[i] -= learning_rate * (decayed + momentum * velocity[i]);
    gradient[i] = 0;
  }
}

/// One block per image: its threads sum squares, then each moves its part of the pixels.
template <typename Real>
__global__ void step_image(double length, std::int64_t values, const Real* __restrict__ gradients,
                           Real* __restrict__ images) {
  __shared__ double squares[threads_of_a_block];
  const Real* gradient = gradients + std::int64_t{blockIdx.x} * values;
  Real* x = images + std::int64_t{blockIdx.x} * values;
  double thread_sum = 0;
  for (std::int64_t i = threadIdx.x; i < values; i += blockDim.x)
    thread_sum += static_cast<double>(gradient[i]) * gradient[i];
  squares[threadIdx.x] = thread_sum;
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

/// Each thread takes every (grid size)-th value.
template <typename Real>
__global__ void start(StartNoise noise, std::int64_t values, int channels, std::int64_t plane,
                      const Real* __restrict__ seeds, Real* __restrict__ out) {
  const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t at = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; at < values; at += stride) {
    const std::int64_t image = at / (channels * plane), number = at % (channels * plane);
    out[at] = start_pixel<Real>(noise, image, number, plane, seeds[at]);
  }
}

}  // namespace

template <typename Real>
void sgd_step_cuda(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient,
                   void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  const auto kernel = step.nesterov ? step_values_nesterov<Real> : step_values<Real>;
  kernel<<<blocks_for(count), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      static_cast<Real>(step.learning_rate), static_cast<Real>(step.momentum), static_cast<Real>(step.weight_decay),
      count, weight, velocity, gradient);
  check_launch("updating weights");
}

template void sgd_step_cuda<float>(const SgdStep&, std::int64_t, float*, float*, float*, void*);
template void sgd_step_cuda<double>(const SgdStep&, std::int64_t, double*, double*, double*, void*);

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
