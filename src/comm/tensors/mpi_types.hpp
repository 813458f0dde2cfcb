#pragma once
// Types and sizes of tensors for MPI calls. Only sources of comm/tensors include this header.
#include <torch/types.h>

#include "comm/messages/mpi_handle.hpp"

namespace m2m::comm {

/// The MPI type of a tensor. Throws Error (internal) unless it is float32, float64 or int64.
MPI_Datatype mpi_type(const torch::Tensor& values);

/// The number of values of a tensor. Throws Error (internal) if it exceeds 2^31 - 1, or if the tensor is not
/// contiguous in host memory.
int mpi_count(const torch::Tensor& values);

}  // namespace m2m::comm
