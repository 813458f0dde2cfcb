#pragma once
// Owned MPI communicators, and the check of MPI calls. Only sources of comm include this header, which includes
// mpi.h.
#define OMPI_SKIP_MPICXX 1  // only the C interface
#include <mpi.h>

#include <utility>

namespace m2m::comm {

/// Throws Error (input_output) with MPI's reason if `code` is not MPI_SUCCESS.
void check_mpi(int code, const char* action);

/// Owns an MPI communicator and frees it. Move-only; a moved-from one holds MPI_COMM_NULL.
class CommunicatorHandle {
 public:
  CommunicatorHandle() = default;
  explicit CommunicatorHandle(MPI_Comm taken) : handle_(taken) {}
  CommunicatorHandle(CommunicatorHandle&& other) noexcept : handle_(std::exchange(other.handle_, MPI_COMM_NULL)) {}
  CommunicatorHandle& operator=(CommunicatorHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~CommunicatorHandle() {
    if (handle_ != MPI_COMM_NULL) MPI_Comm_free(&handle_);
  }
  MPI_Comm get() const { return handle_; }

 private:
  MPI_Comm handle_ = MPI_COMM_NULL;
};

/// A communicator of the same ranks with messages of its own, whose calls return errors. Collective over
/// `original`.
CommunicatorHandle duplicate(MPI_Comm original);

}  // namespace m2m::comm
