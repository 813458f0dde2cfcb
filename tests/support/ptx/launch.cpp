#include "support/ptx/launch.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

namespace m2m::testing::ptx {
namespace {

// CUDA's programming guide, technical specifications.
constexpr Size largest_grid{2147483647, 65535, 65535}, largest_block{1024, 1024, 64};
constexpr std::uint64_t most_threads = 1024, largest_cluster = 8;

void check_size(const Size& size, const Size& largest, const std::string& name) {
  for (std::size_t i = 0; i < size.size(); ++i) {
    if (size[i] == 0) throw std::runtime_error("a launch without threads");
    if (size[i] > largest[i])
      throw std::runtime_error("a " + name + " of " + std::to_string(size[i]) + " along " + "xyz"[i] +
                               "; the limit is " + std::to_string(largest[i]));
  }
}

void check_cluster(const Launch& launch) {
  const std::uint32_t blocks = launch.cluster[0];
  if (launch.cluster != Size{blocks, 1, 1})
    throw std::runtime_error("clusters along y or z, which the interpreter does not know");
  if (blocks == 0 || blocks > largest_cluster)
    throw std::runtime_error("clusters of " + std::to_string(blocks) + " blocks; the limit is " +
                             std::to_string(largest_cluster));
  if (launch.grid[0] % blocks != 0) throw std::runtime_error("a grid that is not a multiple of its clusters");
}

}  // namespace

std::uint64_t product(const Size& size) { return std::uint64_t{size[0]} * size[1] * size[2]; }

void check(const Kernel& kernel, const Launch& launch) {
  const std::uint64_t most = std::min<std::uint64_t>(kernel.max_threads, most_threads);
  if (product(launch.block) > most)
    throw std::runtime_error(std::to_string(product(launch.block)) + " threads in a block of a kernel for " +
                             std::to_string(most));
  check_size(launch.block, largest_block, "block");
  check_size(launch.grid, largest_grid, "grid");
  if (product(launch.grid) > std::numeric_limits<std::uint32_t>::max())
    throw std::runtime_error("more blocks than the interpreter can count");
  check_cluster(launch);
  if (launch.parameters.size() != kernel.parameter_bytes) throw std::runtime_error("parameters of another kernel");
}

}  // namespace m2m::testing::ptx
