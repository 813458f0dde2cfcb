#pragma once
// m2m-bench collectives: how fast the ranks of a job add up.
#include <string>

#include "core/config.hpp"

namespace m2m::bench {

struct CollectivesSettings {
  std::string json;  // a file; empty: none
};

/// Collective over the MPI job that the process belongs to, which it begins and ends. Rank 0 prints a table of sums
/// of float32: for each size a fixed number of sums, the seconds of one by the slowest rank, and the bus bandwidth
/// 2 (n - 1) / n * bytes / seconds, which is the same for any number n of ranks where the wires are what limits. By
/// NCCL where there are GPUs for all, else by MPI.
///
/// Returns how many sums were wrong. Throws Error (input_output).
int time_collectives(int& argc, char**& argv, const CollectivesSettings& settings, const Json& machine);

}  // namespace m2m::bench
