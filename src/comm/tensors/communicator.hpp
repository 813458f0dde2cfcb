#pragma once
// Communicator: sums over the ranks that train one trial together.
#include <c10/core/Device.h>
#include <torch/types.h>

#include <memory>

#include "comm/messages/session.hpp"

namespace m2m::comm {

/// The ranks of one trial, as seen by one of them. Used by one thread.
///
/// Every rank calls the same functions in the same order. They throw Error (input_output) if communication fails.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Replaces `values` by their sum over the ranks, the same bits on every rank. values: contiguous, of the same
  /// shape and type (float32, float64 or int64) on every rank. On a GPU it is queued on the current stream.
  /// Collective.
  virtual void all_reduce_sum(torch::Tensor& values) = 0;

  /// True if `mine` is true on any rank. Collective; blocks the host.
  virtual bool any(bool mine) = 0;
};

/// Stacks the tensors of all ranks, [...] -> [ranks, ...], the same values on every rank. own: of the same shape
/// and type (float32 or float64) on every rank. A gradient reaches this rank's own part alone, as it has to if
/// every rank computes the same function of the stack. Collective.
torch::Tensor stack_over_ranks(const torch::Tensor& own, Communicator& ranks);

/// The communicator of a trial that one rank trains: sums change nothing. Local.
std::shared_ptr<Communicator> single_rank();

/// The communicator of a group for tensors on `device`: MPI for host memory, NCCL for a GPU, single_rank() for one
/// rank. Collective over the group, which has to outlive the result. Throws Error (input_output) if NCCL does not
/// start. CMake lists communicator_cpu.cpp or nccl_communicator.cpp for it, by the build.
std::shared_ptr<Communicator> make_communicator(const Group& group, c10::Device device);

/// The communicator of a group by MPI, for tensors in host memory; the group has to outlive it. all_reduce_sum
/// throws Error (internal) if a tensor is not in host memory. Local.
std::shared_ptr<Communicator> mpi_communicator(const Group& group);

}  // namespace m2m::comm
