#pragma once
// Sums over the ranks of a group by NCCL, for tensors on GPUs.
#include <c10/core/Device.h>

#include <chrono>
#include <string>

#include "comm/messages/session.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// Collective over the group, which has to outlive the result. Sums are queued on the calling thread's current
/// stream.
///
/// A thread watches: where NCCL reports an error, or a sum has not ended `limit` after it was queued (a rank is
/// gone), NCCL is aborted and whatever comes next throws Error (input_output). Throws the same where NCCL does not
/// start.
std::shared_ptr<Communicator> nccl_communicator(const Group& group, c10::Device device,
                                                std::chrono::seconds limit = std::chrono::minutes(10));

/// The version of NCCL that is loaded, as "2.28.9". Local.
std::string nccl_version();

}  // namespace m2m::comm
