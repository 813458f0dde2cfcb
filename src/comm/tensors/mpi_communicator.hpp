#pragma once
// Sums over the ranks of a group by MPI, for tensors in host memory.
#include "comm/messages/group.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// The group has to outlive it. all_reduce_sum throws Error (internal) for a tensor that is not in host memory.
std::shared_ptr<Communicator> mpi_communicator(const MpiGroup& group);

}  // namespace m2m::comm
