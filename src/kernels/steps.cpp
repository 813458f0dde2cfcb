#include "kernels/steps.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace m2m::kernels {

namespace {

template <typename Real>
void nesterov_step(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient) {
  const auto learning_rate = static_cast<Real>(step.learning_rate);
  const auto momentum = static_cast<Real>(step.momentum);
  const auto weight_decay = static_cast<Real>(step.weight_decay);
  for (std::int64_t i = 0; i < count; ++i) {
    const Real decayed = gradient[i] + weight_decay * weight[i];
    velocity[i] = momentum * velocity[i] + decayed;
    weight[i] -= learning_rate * (decayed + momentum * velocity[i]);
    gradient[i] = 0;
  }
}

}  // namespace

template <typename Real>
void sgd_step(const SgdStep& step, std::int64_t count, Real* weight, Real* velocity, Real* gradient) {
  if (step.nesterov) return nesterov_step(step, count, weight, velocity, gradient);
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

template <typename Real>
void pixel_step(double length, std::int64_t images, std::int64_t values, const Real* gradient, Real* x) {
  for (std::int64_t image = 0; image < images; ++image, gradient += values, x += values) {
    double square = 0;
    for (std::int64_t i = 0; i < values; ++i) square += static_cast<double>(gradient[i]) * gradient[i];
    const auto factor = static_cast<Real>(length / (std::sqrt(square) + 1e-10));
    for (std::int64_t i = 0; i < values; ++i) x[i] = std::clamp(x[i] - factor * gradient[i], Real{0}, Real{1});
  }
}

template void pixel_step<float>(double, std::int64_t, std::int64_t, const float*, float*);
template void pixel_step<double>(double, std::int64_t, std::int64_t, const double*, double*);

template <typename Real>
void random_start(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane, const Real* seeds,
                  Real* out) {
  std::vector<double> drawn(static_cast<std::size_t>(plane));
  for (std::int64_t image = 0; image < images; ++image) {
    Stream stream(noise.key, Purpose::noise, noise.epoch, noise.step,
                  static_cast<std::uint32_t>(noise.slots[image]));
    for (int channel = 0; channel < channels; ++channel) {
      const double scale = noise.image_scales[image] * noise.channel_scales[channel];
      stream.coarse_uniforms(drawn.data(), drawn.size());
      for (std::int64_t i = 0; i < plane; ++i, ++seeds, ++out) {
        const auto added = static_cast<Real>((drawn[static_cast<std::size_t>(i)] - 0.5) * scale);
        *out = std::clamp(*seeds + added, Real{0}, Real{1});
      }
    }
  }
}

template void random_start<float>(const StartNoise&, std::int64_t, int, std::int64_t, const float*, float*);
template void random_start<double>(const StartNoise&, std::int64_t, int, std::int64_t, const double*, double*);

}  // namespace m2m::kernels
