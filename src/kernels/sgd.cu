#include "kernels/launch.cuh"
#include "kernels/sgd.hpp"

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

}  // namespace

template <typename Real>
void sgd_step_cuda(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient,
                   void* stream) {
  if (count == 0) return;  // an empty grid is an error to CUDA
  step_values<<<blocks_for(count), threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(
      static_cast<Real>(step.learning_rate), static_cast<Real>(step.momentum), static_cast<Real>(step.weight_decay),
      count, weight, velocity, gradient);
  check_launch("updating weights");
}

template void sgd_step_cuda<float>(const SgdStep&, std::int64_t, float*, float*, float*, void*);
template void sgd_step_cuda<double>(const SgdStep&, std::int64_t, double*, double*, double*, void*);

}  // namespace m2m::kernels
