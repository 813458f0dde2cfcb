#pragma once
// The description of a system that belongs to a result: what the machine says of itself.
#include <filesystem>

#include "core/config.hpp"

namespace m2m::bench {

/// Counts of a host's processors. A core may run several hardware threads.
struct ProcessorCounts {
  int sockets = 0, cores = 0, threads = 0;
};

/// Counts the processors of this host or, if `usable_only`, those in the affinity mask of this process. Zeros if
/// /sys lacks them.
ProcessorCounts count_processors(bool usable_only);

/// Describes this host: `machine` (processor, memory, GPU, driver, libraries, compiler, revision), counts of
/// sockets, cores and threads, operating system and kernel, network interfaces and fabrics with their speeds, and
/// the lines of m2m-doctor if `doctor` exists. Names no host.
///
/// out: folder that m2m-doctor checks. Local; takes about a second.
Json describe_system(const Json& machine, const std::filesystem::path& doctor, const std::filesystem::path& out);

}  // namespace m2m::bench
