// The CPU build uses no GPU, so none troubles it.
#include "nn/gpu_trouble.hpp"

namespace m2m::nn {

const std::string& gpu_trouble() {
  static const std::string none;
  return none;
}

}  // namespace m2m::nn
