#pragma once
// Handles of MPI objects that free themselves, for dist/ alone: the only header that brings mpi.h along.
#define OMPI_SKIP_MPICXX 1  // the C interface alone
#include <mpi.h>

#include <utility>

namespace m2m::comm {

/// Throws Error (input_output) with the library's own words where `code` is not MPI_SUCCESS.
void check_mpi(int code, const char* action);

/// A duplicated communicator. Move-only; what was moved from holds MPI_COMM_NULL.
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

/// Collective over `original`: a communicator of the same ranks whose messages meet no others; errors are returned.
CommunicatorHandle duplicate(MPI_Comm original);

}  // namespace m2m::comm
