#include "comm/tensors/backend.hpp"
#include "comm/tensors/mpi_communicator.hpp"
#include "comm/tensors/nccl_communicator.hpp"

namespace m2m::comm {

std::shared_ptr<Communicator> communicator_for(const MpiGroup& group, c10::Device device) {
  if (group.size() == 1) return alone();
  return device.is_cuda() ? nccl_communicator(group, device) : mpi_communicator(group);
}

}  // namespace m2m::comm
