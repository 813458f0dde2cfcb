#include "comm/messages/group.hpp"

#include "comm/messages/mpi_handle.hpp"

namespace m2m::comm {
namespace {

std::unique_ptr<OwnedCommunicator> split(int number, int world_rank) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(MPI_COMM_WORLD, number, world_rank, &made), "forming groups of ranks");
  auto owned = std::make_unique<OwnedCommunicator>(made);
  check_mpi(MPI_Comm_set_errhandler(made, MPI_ERRORS_RETURN), "setting the error handler");
  return owned;
}

}  // namespace

MpiGroup::MpiGroup(const MpiSession& session, int number) : communicator_(split(number, session.rank())) {
  check_mpi(MPI_Comm_rank(communicator_->get(), &rank_), "forming groups of ranks");
  check_mpi(MPI_Comm_size(communicator_->get(), &size_), "forming groups of ranks");
}

MpiGroup::~MpiGroup() = default;
MpiGroup::MpiGroup(MpiGroup&&) noexcept = default;
MpiGroup& MpiGroup::operator=(MpiGroup&&) noexcept = default;

bool MpiGroup::any(bool mine) const {
  if (size_ == 1) return mine;
  int said = mine ? 1 : 0;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &said, 1, MPI_INT, MPI_MAX, communicator_->get()),
            "agreeing within a group");
  return said != 0;
}

}  // namespace m2m::comm
