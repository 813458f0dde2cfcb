#pragma once
// How MPI calls the types of tensors; for dist/tensors alone.
#include <torch/types.h>

#include "comm/messages/mpi_handle.hpp"

namespace m2m::comm {

/// Throws Error (internal) for other types than float32, float64 and int64.
MPI_Datatype mpi_type(const torch::Tensor& values);

/// The tensor's number of values as MPI counts them. Throws Error (internal) beyond 2^31, and where the values are
/// not contiguous in host memory.
int mpi_count(const torch::Tensor& values);

}  // namespace m2m::comm
