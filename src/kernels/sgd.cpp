#include "kernels/sgd.hpp"

namespace m2m::kernels {

template <typename Real>
void sgd_step(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient) {
  const auto learning_rate = static_cast<Real>(step.learning_rate);
  const auto momentum = static_cast<Real>(step.momentum);
  const auto weight_decay = static_cast<Real>(step.weight_decay);
  for (std::int64_t i = 0; i < count; ++i) {
    velocity[i] = momentum * velocity[i] + (gradient[i] + weight_decay * weight[i]);
    weight[i] -= learning_rate * velocity[i];
    gradient[i] = 0;
  }
}

template void sgd_step<float>(const SgdStep&, std::int64_t, float*, float*, float*);
template void sgd_step<double>(const SgdStep&, std::int64_t, double*, double*, double*);

}  // namespace m2m::kernels
