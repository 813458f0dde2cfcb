#pragma once
// The communicator that suits where a trial trains. CMake lists backend_cpu.cpp or backend_cuda.cpp, by the build.
#include <c10/core/Device.h>

#include "comm/messages/group.hpp"
#include "comm/tensors/communicator.hpp"

namespace m2m::comm {

/// Collective over the group, which has to outlive the result: MPI for host memory, NCCL for a GPU; alone() for one
/// rank. Throws Error (input_output) where NCCL does not start.
std::shared_ptr<Communicator> communicator_for(const MpiGroup& group, c10::Device device);

}  // namespace m2m::comm
