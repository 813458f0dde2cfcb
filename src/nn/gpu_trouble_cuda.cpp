#include <cuda_runtime.h>

#include "kernels/device_code.hpp"
#include "nn/gpu_trouble.hpp"

namespace m2m::nn {
namespace {

std::string look() {
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) return "";
  std::string trouble = driver_trouble(driver, CUDART_VERSION);
  int gpus = 0;
  if (!trouble.empty() || cudaGetDeviceCount(&gpus) != cudaSuccess) return trouble;
  for (int gpu = 0; gpu < gpus && trouble.empty(); ++gpu) {
    cudaDeviceProp
        properties{};  // asking for these makes no context, which would take memory of every GPU for every rank
    if (cudaGetDeviceProperties(&properties, gpu) != cudaSuccess) continue;
    if (kernels::has_device_code(properties.major, properties.minor)) continue;
    trouble = architecture_trouble(properties.name, properties.major, properties.minor);
  }
  return trouble;
}

}  // namespace

const std::string& gpu_trouble() {
  static const std::string trouble = look();
  return trouble;
}

}  // namespace m2m::nn
