#include "nn/tf32.hpp"

#include <ATen/Context.h>

#include <mutex>
#include <optional>

namespace m2m::nn {

void allow_tf32(bool allowed) {
  static std::mutex mutex;
  static std::optional<bool> set;
  const std::lock_guard guard(mutex);
  if (set == allowed) return;  // others may be reading it: write only what changes
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
  set = allowed;
}

}  // namespace m2m::nn
