// The build without CUDA: several ranks sum by MPI.
#include "comm/tensors/communicator.hpp"
#include "core/error.hpp"

namespace m2m::comm {

std::shared_ptr<Communicator> make_communicator(const Group& group, c10::Device device) {
  if (group.size() == 1) return single_rank();
  if (!device.is_cpu()) throw internal_error("a trial on a GPU in a build without CUDA");
  return mpi_communicator(group);
}

}  // namespace m2m::comm
