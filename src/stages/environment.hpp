#pragma once
// Provenance: where and by what a result was made. Recorded with it, never part of an id.
#include <string>

#include "core/config.hpp"

namespace m2m::stages {

/// Program version, git revision and whether the tree was dirty, host and its memory (bytes), ranks of the job and
/// on how many hosts, affinity, processor with its instruction sets, the set that the project's own kernels use by
/// default ("kernels"), how many GPUs, versions of compiler, MPI and libraries. Local. Throws Error (usage) if
/// M2M_INSTRUCTION_SET names no set.
Json environment(int ranks, int hosts = 1);

}  // namespace m2m::stages
