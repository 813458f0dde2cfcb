#pragma once
// What a kernel is launched with, and the limits of that.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/ptx/program.hpp"

namespace m2m::testing::ptx {

using Size = std::array<std::uint32_t, 3>;

/// What a kernel is launched with.
struct Launch {
  Size grid{1, 1, 1}, block{1, 1, 1};
  Size cluster{1, 1, 1};  // of blocks
  std::uint32_t dynamic_shared_bytes = 0;
  std::vector<std::byte> parameters;  // laid out as Kernel::parameters says
  bool is_last_first = false;         // blocks and warps run from the last to the first
};

/// The threads of a block, or the blocks of a grid or cluster.
std::uint64_t product(const Size& size);

/// Throws std::runtime_error unless a GPU would launch the kernel so, and the interpreter can run it.
void check(const Kernel& kernel, const Launch& launch);

}  // namespace m2m::testing::ptx
