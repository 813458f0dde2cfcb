#include <algorithm>
#include <iterator>

#include "kernels/device_code.hpp"

namespace m2m::kernels {

bool has_device_code(int major, int minor) {
  constexpr int compiled[] = {__CUDA_ARCH_LIST__};  // defined by nvcc: 900 for 9.0
  return 100 * major + 10 * minor >= *std::min_element(std::begin(compiled), std::end(compiled));
}

}  // namespace m2m::kernels
