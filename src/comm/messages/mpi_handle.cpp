#include "comm/messages/mpi_handle.hpp"

#include <fmt/format.h>

#include <string>

#include "core/error.hpp"

namespace m2m::comm {

void check_mpi(int code, const char* action) {
  if (code == MPI_SUCCESS) return;
  std::string reason(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  if (MPI_Error_string(code, reason.data(), &length) != MPI_SUCCESS) length = 0;
  reason.resize(static_cast<std::size_t>(length));
  throw io_error(fmt::format("{} failed between the ranks (MPI error {}: {}); run the same command again to resume",
                             action, code, reason));
}

CommunicatorHandle duplicate(MPI_Comm original) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(original, &made), "duplicating the communicator");
  CommunicatorHandle owned(made);
  check_mpi(MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN), "setting the error handler");
  return owned;
}

}  // namespace m2m::comm
