#pragma once
// What every launch needs: how many blocks, and a word when it fails.
#include <algorithm>
#include <cstdint>
#include <string>

#include "core/error.hpp"

namespace m2m::kernels {

inline constexpr int threads_of_a_block = 256;

/// Blocks for `values` values of which a thread takes every (grid size)-th.
inline unsigned blocks_for(std::int64_t values) {
  constexpr std::int64_t most = 1 << 20;
  return static_cast<unsigned>(std::min((values + threads_of_a_block - 1) / threads_of_a_block, most));
}

/// Throws Error (internal) where the last launch failed; `what` begins the sentence.
inline void check_launch(const char* what) {
  const cudaError_t failed = cudaGetLastError();
  if (failed != cudaSuccess) throw internal_error(std::string(what) + ": " + cudaGetErrorString(failed));
}

}  // namespace m2m::kernels
