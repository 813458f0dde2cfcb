#pragma once
// Sums over the ranks of a group by NCCL, for tensors on GPUs.
#include <c10/core/Device.h>

#include <chrono>
#include <string>

#include "comm/messages/session.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// The communicator of a group by NCCL; the group has to outlive it. Sums are queued on the calling thread's
/// current stream. Collective over the group. Throws Error (input_output) if NCCL does not start.
///
/// A thread aborts NCCL if it reports an error, or if a sum does not end within `limit` because a rank is gone.
/// All later calls then throw Error (input_output).
std::shared_ptr<Communicator> nccl_communicator(const Group& group, c10::Device device,
                                                std::chrono::seconds limit = std::chrono::minutes(10));

/// The version of NCCL that is loaded, as "2.28.9". Local.
std::string nccl_version();

}  // namespace m2m::comm
