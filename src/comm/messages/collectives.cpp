#include "comm/messages/collectives.hpp"

#include <sched.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "comm/messages/mpi_handle.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

/// Open MPI's blocking calls spin, so what may take long is started and then asked about.
void wait_asleep(MPI_Request& request, const char* action) {
  for (int done = 0;;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), action);
    if (done) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void broadcast_into(void* bytes, std::size_t count, const char* action) {
  if (count > static_cast<std::size_t>(INT32_MAX)) throw internal_error("a broadcast of more than 2 GiB");
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibcast(bytes, static_cast<int>(count), MPI_BYTE, 0, MPI_COMM_WORLD, &request), action);
  wait_asleep(request, action);
}

}  // namespace

void sleeping_barrier(const MpiSession&) {
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), "waiting for all ranks");
  wait_asleep(request, "waiting for all ranks");
}

std::string broadcast_bytes(const MpiSession& session, const std::string& bytes) {
  std::uint64_t size = bytes.size();
  broadcast_into(&size, sizeof size, "telling all ranks");
  std::string received = session.rank() == 0 ? bytes : std::string(size, '\0');
  broadcast_into(received.data(), received.size(), "telling all ranks");
  return received;
}

bool any_rank(const MpiSession&, bool mine) {
  int said = mine ? 1 : 0;
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Iallreduce(MPI_IN_PLACE, &said, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request),
            "agreeing among all ranks");
  wait_asleep(request, "agreeing among all ranks");
  return said != 0;
}

HostShare host_share(const MpiSession& session) {
  MPI_Comm made = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, session.rank(), MPI_INFO_NULL, &made),
            "finding the ranks of this host");
  const OwnedCommunicator host(made);
  cpu_set_t own;
  CPU_ZERO(&own);
  sched_getaffinity(0, sizeof own, &own);
  cpu_set_t all;
  check_mpi(MPI_Allreduce(&own, &all, sizeof own, MPI_BYTE, MPI_BOR, host.get()), "adding up the host's cores");
  HostShare share;
  check_mpi(MPI_Comm_size(host.get(), &share.ranks), "counting the ranks of this host");
  check_mpi(MPI_Comm_rank(host.get(), &share.local_rank), "counting the ranks of this host");
  const int is_first = share.local_rank == 0 ? 1 : 0;
  check_mpi(MPI_Allreduce(&is_first, &share.hosts, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD), "counting the hosts");
  share.cores = CPU_COUNT(&all);
  share.own_cores = CPU_COUNT(&own);
  return share;
}

}  // namespace m2m::comm
