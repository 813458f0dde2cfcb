#pragma once
// Communicator: what training needs of the ranks that share a trial, no more.
#include <c10/core/Device.h>
#include <torch/types.h>

#include <memory>

#include "comm/messages/session.hpp"

namespace m2m::comm {

/// The ranks of one trial, as each of them sees it. One thread uses one communicator.
///
/// Every rank calls the same functions in the same order. They throw Error (input_output) where communication
/// fails.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// values: contiguous, of the same shape and type (float32, float64 or int64) on every rank. Becomes their sum,
  /// in place, the same bits on every rank. On a GPU it is queued on the current stream.
  virtual void all_reduce_sum(torch::Tensor& values) = 0;

  /// Whether any rank says so. Waits for all, on the host.
  virtual bool any(bool mine) = 0;
};

/// A trial's only rank.
std::shared_ptr<Communicator> single_rank();

// The communicator that suits where a trial trains. CMake lists backend_cpu.cpp or backend_cuda.cpp, by the build.

/// Collective over the group, which has to outlive the result: MPI for host memory, NCCL for a GPU; alone() for one
/// rank. Throws Error (input_output) where NCCL does not start.
std::shared_ptr<Communicator> make_communicator(const Group& group, c10::Device device);

// Sums over the ranks of a group by MPI, for tensors in host memory.

/// The group has to outlive it. all_reduce_sum throws Error (internal) for a tensor that is not in host memory.
std::shared_ptr<Communicator> mpi_communicator(const Group& group);

}  // namespace m2m::comm
