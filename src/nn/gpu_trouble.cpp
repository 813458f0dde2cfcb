#include "nn/gpu_trouble.hpp"

#include <fmt/format.h>

namespace m2m::nn {

std::string driver_trouble(int driver, int runtime) {
  if (driver == 0 || driver / 1000 >= runtime / 1000) return "";
  return fmt::format(
      "the NVIDIA driver here is made for CUDA {}.{}, and this build needs one for CUDA {}: install a newer driver",
      driver / 1000, driver % 1000 / 10, runtime / 1000);
}

std::string architecture_trouble(const std::string& gpu, int major, int minor) {
  return fmt::format(
      "this build has no code for a {} (compute capability {}.{}): build with -DCMAKE_CUDA_ARCHITECTURES={}{}", gpu,
      major, minor, major, minor);
}

}  // namespace m2m::nn
