#pragma once
// Products that round before they are added to anything, as on a CPU: nvcc contracts a * b + c into one rounding.
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// a * b, rounded before it is added to anything.
M2M_HOST_DEVICE inline float rounded_product(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(a, b);
#else
  return a * b;
#endif
}
M2M_HOST_DEVICE inline double rounded_product(double a, double b) {
#ifdef __CUDA_ARCH__
  return __dmul_rn(a, b);
#else
  return a * b;
#endif
}

}  // namespace m2m::kernels
