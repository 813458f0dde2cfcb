#include "kernels/pixel_step.hpp"

#include <algorithm>
#include <cmath>

namespace m2m::kernels {

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

}  // namespace m2m::kernels
