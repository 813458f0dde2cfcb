#pragma once
// Launching kernels: the number of blocks, and the check for failure.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/error.hpp"

namespace m2m::kernels {

inline constexpr int threads_of_a_block = 256;

/// Number of blocks for `values` values; each thread takes every (grid size)-th.
inline unsigned blocks_for(std::int64_t values) {
  constexpr std::int64_t max = 1 << 20;
  return static_cast<unsigned>(std::min((values + threads_of_a_block - 1) / threads_of_a_block, max));
}

/// Lets the blocks of a kernel have `bytes` of shared memory each, and as many of them run at once as there is
/// memory for: all of what a multiprocessor divides between shared memory and cache.
template <typename Kernel>
void allow_shared_memory(Kernel* kernel, int bytes) {
  cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
  cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxShared);
}

/// Throws Error (internal) if the last launch failed; the sentence begins with `what`.
inline void check_launch(const char* what) {
  const cudaError_t failed = cudaGetLastError();
  if (failed != cudaSuccess) throw internal_error(std::string(what) + ": " + cudaGetErrorString(failed));
}

}  // namespace m2m::kernels
